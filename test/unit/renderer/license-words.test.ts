/** What the node says of licenses, as the screens write it: in any time zone a day of UTC stays that day. */
import { expect, test } from 'vitest'
import { inScreenWords } from '../../../src-renderer/components/license/license-words.ts'

test.each([
  ['until before 2026-10-12 14:30 UTC, with grace', 'until before 12 October 2026, 14:30 UTC, with grace'],
  ['begins at 2026-12-01T00:00:00.000Z.', 'begins at 1 December 2026, 00:00 UTC.'],
  ['ends on 2027-02-19, in 90 days', 'ends on 19 February 2027, in 90 days'],
  [
    'The 1,200,000 requests of 2026-11 are used up.',
    'The 1\u202f200\u202f000 requests of November 2026 are used up.',
  ],
  ['acme.cells-2026-11-01 of 2026-11-01.license', 'acme.cells-2026-11-01 of 2026-11-01.license'],
  ['phone 2026-99, 1,2 and 12,34', 'phone 2026-99, 1,2 and 12,34'],
])('%s', (said, written) => expect(inScreenWords(said)).toBe(written))
