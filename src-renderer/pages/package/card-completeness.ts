/** How much of a model card is there: the sections and figures that those who decide about a model ask for. */
import { cardLacks, cardSections } from '../../../src-main/contract/card.ts'
import type { DraftDescriptor } from './descriptor.ts'

interface Part {
  title: string
  done: boolean
}

/** By the same reading as the check of the package, which would warn otherwise of what is ticked here. */
export function cardParts(fields: DraftDescriptor, card: string): Part[] {
  const lacking = new Set(cardLacks(card).map(({ section }) => section))
  return [
    { title: 'Title', done: fields.title !== '' },
    { title: 'Summary', done: fields.summary !== '' },
    { title: 'Owner', done: fields.owner.name !== '' },
    ...cardSections.map((section) => ({ title: section.heading, done: !lacking.has(section) })),
    { title: 'Metrics', done: Object.keys(fields.evaluation.overall).length > 0 },
    { title: 'Metrics by segment', done: fields.evaluation.segments.length > 0 },
  ]
}

/** The headings that are not there yet, each with what belongs under it. */
export function withMissingSections(card: string): string {
  const missing = cardLacks(card).filter(({ headed }) => !headed)
  return [card.trimEnd(), ...missing.map(({ section }) => `## ${section.heading}\n\n${section.hint}`)]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}
