/** The end of the next document of a license: kept while it runs, extended by whole terms, never a day less. */
import { expect, test } from 'vitest'
import {
  extendedEnd,
  renewedEnd,
  termDaysOf,
  wholeDaysFrom,
} from '../../../src-main/contract/license/renewal.ts'
import { draftOf, emptyForm, presetOf, renewalOf } from '../../../src-renderer/pages/issuing/draft.ts'
import { licensePayload } from '../../support/licenses.ts'

const at = (iso: string): number => Date.parse(iso) / 1000
const iso = (seconds: number | null): string | null =>
  seconds === null ? null : new Date(seconds * 1000).toISOString()
const began = at('2026-11-21T10:30:00Z')
const ends = at('2027-11-22T00:00:00Z')

test('365 days are 365 days: the day of today is not counted as one of them', () => {
  expect(iso(wholeDaysFrom(began, 365))).toBe('2027-11-22T00:00:00.000Z')
  expect(iso(wholeDaysFrom(at('2026-11-21T00:00:00Z'), 365))).toBe('2027-11-21T00:00:00.000Z')
  const { endsAt } = draftOf({ ...emptyForm('acme.cells'), ...presetOf('DEVELOPER') })
  expect((Date.parse(endsAt ?? '') - Date.now()) / 86_400_000).toBeGreaterThanOrEqual(364.999)
})

test('a term is of as many days after each renewal as it was at first', () => {
  const first = { nbf: began, exp: ends }
  const more = { nbf: at('2027-05-02T09:00:00Z'), exp: ends }
  const next = { nbf: at('2027-11-01T09:00:00Z'), exp: extendedEnd(ends, 365, at('2027-11-01T09:00:00Z')) }
  expect(iso(next.exp)).toBe('2028-11-21T00:00:00.000Z')
  expect(termDaysOf([first])).toBe(365)
  expect(termDaysOf([more, first])).toBe(365)
  expect(termDaysOf([next, more, first])).toBe(365)
  expect(termDaysOf([{ nbf: began, exp: null }])).toBeNull()
})

test('the end stays while it runs; what has ended gets a term from now on', () => {
  expect(renewedEnd(ends, 365, at('2027-05-02T09:00:00Z'))).toBe(ends)
  expect(iso(renewedEnd(ends, 365, at('2027-12-01T09:00:00Z')))).toBe('2028-12-01T00:00:00.000Z')
  expect(renewedEnd(null, null, began)).toBeNull()
})

test('the form keeps the very moment of the end, and offers another term', () => {
  const exp = Math.floor(Date.now() / 1000) + 200 * 86_400
  const license = licensePayload({ exp, nbf: exp - 365 * 86_400 })
  const row = { ...{ lid: license.lid, seq: 1, account: 'Example Bank', model: 'acme.cells' } }
  const dates = { issuedAt: iso(license.nbf) ?? '', endsAt: iso(exp), revokedAt: null, revokedReason: null }
  const start = renewalOf({ ...row, ...dates, type: 'DEVELOPER', termDays: 365, license })
  const form = { ...emptyForm(''), ...start }
  expect(draftOf(form)).toMatchObject({ startsAt: null, endsAt: iso(exp) })
  expect(form.extension).toEqual({
    days: 365,
    keptOn: iso(exp)?.slice(0, 10),
    endsOn: iso(exp + 365 * 86_400)?.slice(0, 10),
  })
  const extended = draftOf({ ...form, endsOn: form.extension?.endsOn ?? '' })
  expect(extended.endsAt).toBe(iso(exp + 365 * 86_400))
})
