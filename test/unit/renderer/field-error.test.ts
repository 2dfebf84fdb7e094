/** Which field of the wizard a problem of the draft is marked at, and from when on. */
import { expect, test } from 'vitest'
import { fieldError } from '../../../src-renderer/pages/package/field-error.ts'

const error = (field: string, message: string) => ({
  level: 'error' as const,
  step: 'card' as const,
  field,
  message,
})
const draft = {
  descriptor: {
    title: '',
    tags: ['vision', 'Big Tag'],
    owner: { name: '', contact: '' },
    inputs: [{ title: 'x' }],
  },
  problemList: [
    error('title', 'The title is missing.'),
    error('tags.1', 'The tag 2 is wrong.'),
    error('owner.name', 'The owner is missing.'),
    { ...error('inputs.0.title', 'The title of input 1 is wrong.'), step: 'schema' as const },
    { ...error('authors', 'Only a hint.'), level: 'hint' as const },
  ],
  step: 'card' as const,
}

test('a wrong line of a list is marked at the list, as soon as it was typed', () => {
  expect(fieldError(draft, 'tags')).toBe('The tag 2 is wrong.')
})

test('what is missing is not called wrong before its step is passed', () => {
  expect([fieldError(draft, 'title'), fieldError(draft, 'owner')]).toEqual([null, null])
  const later = { ...draft, step: 'license' as const }
  expect(fieldError(later, 'title')).toBe('The title is missing.')
  expect(fieldError(later, 'owner'), 'the form asks for the name alone').toBe('The owner is missing.')
})

test('no other field takes what is wrong with one', () => {
  expect(fieldError(draft, 'owner.contact')).toBeNull()
  expect(fieldError(draft, 'inputs.0'), 'a field of its own holds it').toBeNull()
  expect(fieldError(draft, 'authors')).toBeNull()
})
