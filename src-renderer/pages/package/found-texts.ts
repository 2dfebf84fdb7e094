/** What of a draft came as a file and is a field of a later step now, in words. */
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { readDescriptor } from './descriptor.ts'

const countLabels = (labels: string): number => labels.split('\n').filter((line) => line.trim() !== '').length

export function labelsInWords(labels: string): string {
  const count = countLabels(labels)
  return count === 1 ? '1 label' : `${count} labels`
}

const titles = {
  card: 'the card',
  license: 'the license text',
  migrationGuide: 'the migration guide',
} as const
const names = ['card', 'license', 'migrationGuide'] as const

export function foundTexts({ texts, origins, descriptor }: DraftDetail): string {
  const classes = readDescriptor(descriptor).outputs.find(({ kind }) => kind === 'classes')
  const { labels } = origins
  const count = countLabels(texts.labels) > 0 && labelsInWords(texts.labels)
  const of = classes ? `, the classes of ${classes.tensor}` : ''
  const present = names.filter((name) => texts[name].trim() !== '')
  const titled = (from: 'file' | 'version') =>
    present.filter((name) => origins[name]?.from === from).map((name) => titles[name])
  const found = titled('file')
  const before = Object.values(origins).find((origin) => origin.from === 'version')
  const kept = [count && labels?.from === 'version' && count, ...titled('version')].filter(
    (one) => one !== false,
  )
  return [
    count && labels?.from === 'file' && `Found ${labels.path}: ${count}${of}.`,
    found.length > 0 && `Filled in: ${found.join(', ')}.`,
    before?.from === 'version' && kept.length > 0 && `Taken over from ${before.version}: ${kept.join(', ')}.`,
  ]
    .filter((one) => one !== false)
    .join(' ')
}
