/** What a model card tells, section by section: one reading for the check, the wizard and whoever drafts a card. Pure. */
interface CardSection {
  /** As it is named in sentences. */
  title: string
  /** As it is written in a card that is begun. */
  heading: string
  /** What belongs under it; a section that says no more than this is not written yet. */
  hint: string
  /** Words of a heading by which it is known. */
  words: RegExp
}

export const cardSections: readonly CardSection[] = [
  {
    title: 'intended use',
    heading: 'Intended use',
    hint: 'Who uses it, for what, and what it must not be used for.',
    words: /intended|use case|\buses?\b/i,
  },
  {
    title: 'limitations and failure modes',
    heading: 'Limitations and failure modes',
    hint: 'Where it is wrong, and how that shows.',
    words: /limitation|failure|caveat/i,
  },
  {
    title: 'evaluation results',
    heading: 'Evaluation results',
    hint: 'On which data, measured how.',
    words: /evaluation|results|metrics|performance/i,
  },
  {
    title: 'fairness',
    heading: 'Fairness',
    hint: 'Which groups were looked at, and what was found.',
    words: /fairness|bias|ethic/i,
  },
  {
    title: 'training data',
    heading: 'Training data',
    hint: 'Where it comes from, how much, from when.',
    words: /training|data/i,
  },
  {
    title: 'responsible team and contact',
    heading: 'Responsible team and escalation contact',
    hint: 'Whom to call when it fails.',
    words: /contact|team|owner|maintain|responsible/i,
  },
]

/** Stands under the headings of a card that nobody wrote. */
export const notStated = 'Not stated by the publisher.'

export interface CardLack {
  section: CardSection
  /** False where there is no heading; true where nothing is stated under it. */
  headed: boolean
}

export function cardLacks(card: string): CardLack[] {
  const told = card
    .split(/^#{1,6}\s+/m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n')
      return { heading, body: lines.join('\n').trim() }
    })
  return cardSections.flatMap((section) => {
    const bodies = told.filter(({ heading }) => section.words.test(heading)).map(({ body }) => body)
    const headed = bodies.length > 0
    const stated = bodies.some((body) => body !== notStated && body !== section.hint)
    return headed && stated ? [] : [{ section, headed }]
  })
}
