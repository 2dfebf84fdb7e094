/** How much of a model card is there: the sections and figures that those who decide about a model ask for. */
import type { DraftDescriptor } from './descriptor.ts'

interface Part {
  title: string
  done: boolean
}

/** The headings that the node looks for in a card, each with what belongs under it. */
const cardSections = [
  { heading: 'Intended use', text: 'Who uses it, for what, and what it must not be used for.' },
  { heading: 'Limitations and failure modes', text: 'Where it is wrong, and how that shows.' },
  { heading: 'Evaluation results', text: 'On which data, measured how.' },
  { heading: 'Fairness', text: 'Which groups were looked at, and what was found.' },
  { heading: 'Training data', text: 'Where it comes from, how much, from when.' },
  { heading: 'Responsible team and escalation contact', text: 'Whom to call when it fails.' },
] as const

const words = ['intended use', 'limitation', 'evaluation', 'fairness', 'training data', 'contact']

export function cardParts(fields: DraftDescriptor, card: string): Part[] {
  const text = card.toLowerCase()
  return [
    { title: 'Title', done: fields.title !== '' },
    { title: 'Summary', done: fields.summary !== '' },
    { title: 'Owner', done: fields.owner.name !== '' },
    ...cardSections.map(({ heading }, at) => ({
      title: heading,
      done: text.includes(words[at] ?? heading.toLowerCase()),
    })),
    { title: 'Metrics', done: Object.keys(fields.evaluation.overall).length > 0 },
    { title: 'Metrics by segment', done: fields.evaluation.segments.length > 0 },
  ]
}

/** The headings that are not there yet, ready to be written under. */
export function withMissingSections(card: string): string {
  const text = card.toLowerCase()
  const missing = cardSections.filter((_, at) => !text.includes(words[at] ?? ''))
  return [card.trimEnd(), ...missing.map(({ heading, text: hint }) => `## ${heading}\n\n${hint}`)]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}
