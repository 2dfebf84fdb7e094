/** A help text that repeats its label is left out. */
import { expect, test } from 'vitest'
import { helpBeside } from '../../../src-renderer/pages/playground/help-text.ts'

test.each([
  ['Alcohol', 'Alcohol.', undefined],
  ['Malic acid', ' malic-acid ', undefined],
  ['Ash', 'What is left after burning.', 'What is left after burning.'],
  ['Ash', undefined, undefined],
  ['Ash', '', undefined],
])('beside %s, %s', (label, description, expected) => {
  expect(helpBeside(label, description)).toBe(expected)
})
