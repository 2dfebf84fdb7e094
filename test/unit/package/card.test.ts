/** What a card lacks, as the check and the wizard read it. */
import { expect, test } from 'vitest'
import { cardLacks, cardSections, notStated } from '../../../src-main/contract/card.ts'
import { cardParts, withMissingSections } from '../../../src-renderer/pages/package/card-completeness.ts'
import { readDescriptor } from '../../../src-renderer/pages/package/descriptor.ts'

const written = cardSections.map(({ heading }) => `## ${heading}\n\nSomething.`).join('\n\n')
const told = (card: string) =>
  cardParts(readDescriptor({}), card).filter(({ title, done }) => done && title !== 'Metrics').length

test('a heading with nothing stated under it is not complete, for the check and the wizard alike', () => {
  expect(cardLacks(written)).toEqual([])
  expect(told(written)).toBe(cardSections.length)
  const drafted = written.replaceAll('Something.', notStated)
  expect(cardLacks(drafted).map(({ headed }) => headed)).toEqual(cardSections.map(() => true))
  expect(told(drafted)).toBe(0)
})

test('words in a sentence are no section, and headings that were added are not written yet', () => {
  expect(cardLacks('Its intended use, limitations and fairness.')).toHaveLength(cardSections.length)
  const begun = withMissingSections('# Cells')
  expect(cardLacks(begun).every(({ headed }) => headed)).toBe(true)
  expect(told(begun)).toBe(0)
  expect(withMissingSections(begun)).toBe(begun)
})
