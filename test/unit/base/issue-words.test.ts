/** What a schema refuses is told in sentences that name the field, what it takes and what came. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { issuesInWords } from '../../../src-main/base/issue-words.ts'
import { instant, modelId, rowId, versionName } from '../../../src-main/contract/names.ts'
import { keyScope } from '../../../src-main/contract/views.ts'

const schema = z.strictObject({
  model: modelId.optional(),
  id: rowId.optional(),
  version: versionName.optional(),
  at: instant.optional(),
  name: z.string().min(1).max(10).optional(),
  passphrase: z.string().min(12).optional(),
  scopes: z.array(keyScope).min(1).optional(),
  limit: z.int().min(1).max(500).optional(),
  input: z.union([z.string(), z.strictObject({ depth: z.number() })]).optional(),
  needed: z.string(),
})

const wordsOf = (value: unknown): string => {
  const { error } = schema.safeParse(value)
  return issuesInWords(error?.issues ?? [], value)
}

test.each([
  [{}, '"needed" is missing.'],
  [{ model: 'NO' }, /^"model" must be publisher\.name, each part of .*; "NO" came\.$/],
  [{ id: '12' }, '"id" must be an id as the lists show it (a UUID); "12" came.'],
  [{ version: 'v1' }, '"version" must be a semantic version such as 1.2.0 or 1.2.0+data.7; "v1" came.'],
  [
    { at: '2027-02-31T00:00:00Z' },
    /^"at" must be a time of the calendar in UTC, such as .*; "2027-02-31T00:00:00Z" came\.$/,
  ],
  [{ name: 'x'.repeat(11) }, '"name" must have at most 10 characters; it has 11.'],
  [{ name: '' }, '"name" must not be empty.'],
  [{ name: 5 }, '"name" must be a text; 5 came.'],
  [{ name: ['a'] }, '"name" must be a text; a list came.'],
  [{ passphrase: 'hush' }, '"passphrase" must have at least 12 characters; it has 4.'],
  [{ scopes: ['root'] }, '"scopes.0" must be one of infer, read, write, admin; "root" came.'],
  [{ scopes: [] }, '"scopes" must have at least 1 entries; it has 0.'],
  [{ limit: 501 }, '"limit" must be at most 500; 501 came.'],
  [{ limit: 1.5 }, '"limit" must be a whole number; 1.5 came.'],
  [{ input: { depth: 'deep' } }, '"input.depth" must be a number; "deep" came.'],
  [{ input: 5 }, '"input" has none of the forms that it may have; 5 came.'],
  [{ other: 1 }, 'It has no field "other".'],
] as const)('%j', (given, words) => {
  const said = wordsOf(
    'needed' in given || Object.keys(given).length === 0 ? given : { needed: '', ...given },
  )
  if (typeof words === 'string') expect(said).toBe(words)
  else expect(said).toMatch(words)
  expect(said).not.toMatch(/Invalid|Too big|Too small|expected|hush/)
})

test('many problems are counted', () => {
  expect(wordsOf({ model: 1, id: 1, version: 1, at: 1, name: 1, limit: 'a', needed: 1 })).toMatch(
    /There are 2 more\.$/,
  )
})
