/** What of a draft came as a file and is a field of a later step now, in words. */
import type { DraftDetail } from '../../../src-main/contract/views.ts'
import { readDescriptor } from './descriptor.ts'

const countLabels = (labels: string): number => labels.split('\n').filter((line) => line.trim() !== '').length

export function labelsInWords(labels: string): string {
  const count = countLabels(labels)
  return count === 1 ? '1 label' : `${count} labels`
}

export function foundTexts({ texts, descriptor }: DraftDetail): string {
  const classes = readDescriptor(descriptor).outputs.find(({ kind }) => kind === 'classes')
  const found = [
    texts.card.trim() !== '' && 'the card',
    texts.license.trim() !== '' && 'the license text',
    texts.migrationGuide.trim() !== '' && 'the migration guide',
  ].filter((one) => one !== false)
  return [
    countLabels(texts.labels) > 0 &&
      `Found labels.txt: ${labelsInWords(texts.labels)}${classes ? `, the classes of ${classes.tensor}` : ''}.`,
    found.length > 0 && `Filled in: ${found.join(', ')}.`,
  ]
    .filter((one) => one !== false)
    .join(' ')
}
