/** What the node says of licenses, as the screens write it: in any time zone a day of UTC stays that day. */
import { expect, test } from 'vitest'
import { licenseType } from '../../../src-main/contract/license/terms.ts'
import { inScreenWords, leftInWords } from '../../../src-renderer/components/license/license-words.ts'

test.each([
  [
    'until before 2026-10-12 14:30 UTC, with grace',
    'until before 12\u00a0October\u00a02026, 14:30 UTC, with grace',
  ],
  ['begins at 2026-12-01T00:00:00.000Z.', 'begins at 1\u00a0December\u00a02026, 00:00 UTC.'],
  ['ends on 2027-02-19, in 90 days', 'ends on 19\u00a0February\u00a02027, in 90 days'],
  [
    'The 1,200,000 requests of 2026-11 are used up.',
    'The 1\u202f200\u202f000 requests of November\u00a02026 are used up.',
  ],
  ['acme.cells-2026-11-01 of 2026-11-01.license', 'acme.cells-2026-11-01 of 2026-11-01.license'],
  ['The license (DEVELOPER) does not allow it.', 'The license (Developer) does not allow it.'],
  ['a license already: …60981185', 'a license already: …\u206060981185'],
  ['phone 2026-99, 1,2 and 12,34', 'phone 2026-99, 1,2 and 12,34'],
])('%s', (said, written) => expect(inScreenWords(said)).toBe(written))

test.each(licenseType.options)('a license of the type %s is written with one capital', (type) =>
  expect(inScreenWords(`${type} license`)).toMatch(/^[A-Z][a-z]+ license$/),
)

const usage = (used: number, limit: number | null) => ({
  month: '2026-11',
  used,
  limit,
  forfeited: 0,
  resetsAt: '2026-12-01T00:00:00.000Z',
  exhaustedAt: null,
  creditsLeft: null,
})
const one = {
  lid: '',
  seq: 1,
  type: 'DEVELOPER',
  allowed: true,
  code: null,
  clause: '',
  evidence: '',
  remedy: '',
}

test.each([
  ['none', [], null],
  ['one', [usage(4, 5)], '1 of 5 left this month'],
  [
    'two, of which one is used up and billed beyond',
    [usage(7, 5), usage(0, 1200)],
    '1\u202f200 of 1\u202f205 left this month',
  ],
  ['one without a limit', [usage(5, 5), usage(9, null)], null],
])('what is left of %s', (_, usages, words) =>
  expect(leftInWords({ licenses: usages.map((of) => ({ ...one, usage: of })) })).toBe(words),
)
