/** The next document beside the one before: what changes is told in the words of both, and nothing else is. */
import { expect, test } from 'vitest'
import { termsChanges } from '../../../src-main/contract/license/compare.ts'
import { licensePayload, requestsAMonth, termsOf } from '../../support/licenses.ts'

const before = licensePayload({
  exp: Date.parse('2027-11-21') / 1000,
  terms: termsOf('DEVELOPER', { quota: requestsAMonth(5) }),
})

test('the quota, the end, the machines and the rights stand beside each other', () => {
  const { rights } = before.terms
  const after = {
    ...before,
    seq: 2,
    iat: before.iat + 60,
    nbf: before.nbf + 60,
    exp: Date.parse('2028-11-19') / 1000,
    terms: { ...before.terms, quota: requestsAMonth(50), rights: { ...rights, modification: false } },
    nodes: { need: 2, bindings: [{ id: `sha256:${'0'.repeat(64)}`, name: 'vm', traits: [] }] },
    offlineSecondsMax: 30 * 86_400,
  }
  expect(termsChanges(before, after)).toEqual([
    { title: 'Ends before', before: '2027-11-21', after: '2028-11-19' },
    { title: 'Change the version', before: 'Yes', after: 'No' },
    {
      title: 'Quota',
      before: '5 requests a month (UTC); what is more is refused.',
      after: '50 requests a month (UTC); what is more is refused.',
    },
    {
      title: 'Machines',
      before: 'Up to 1 machine by agreement; it names none, so their number is not enforced.',
      after: 'Bound to vm (sha256:0000…0000).',
    },
    { title: 'Contact', before: 'not stated', after: 'The issuer must be heard of every 30 days.' },
  ])
})

test('what is signed anew with the same terms changes nothing', () => {
  expect(termsChanges(before, { ...before, seq: 2, iat: before.iat + 9, nbf: before.nbf + 9 })).toEqual([])
})
