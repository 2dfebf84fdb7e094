/** A provider and a licensee, two whole nodes: issued, renewed, certified, revoked, moved, reported, with files alone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { licensePresets } from '../../../src-main/contract/license/terms.ts'
import { clausesInWords } from '../../../src-main/contract/license/words.ts'
import { lookAtLicenses } from '../../../src-main/flows/licenses/notices.ts'
import { periodAt } from '../../../src-main/metering/quota/period.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { requestsAMonth, termsOf } from '../../support/licenses.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let provider: WholeNode
let licensee: WholeNode
const model = 'acme.cells'

beforeAll(async () => {
  provider = await startWholeNode({ serving: null })
  licensee = await startWholeNode({ serving: null })
  await provider.client.publishers.rename({ name: 'acme' })
  const { publicKey } = await provider.client.publishers.own()
  await licensee.client.publishers.trust({ name: 'acme', publicKey })
}, 60_000)
afterAll(async () => {
  await provider[Symbol.asyncDispose]()
  await licensee[Symbol.asyncDispose]()
})

const install = (document: string) => licensee.client.licenses.install({ document })
const draft = (change = {}) => ({
  model,
  account: 'Example Bank',
  terms: termsOf('DEVELOPER', { quota: requestsAMonth(3) }),
  endsAt: new Date(Date.now() + 86_400_000).toISOString(),
  contact: 'sales@acme.example',
  ...change,
})
const shown = async (lid: string) =>
  (await licensee.client.licenses.list({})).filter((row) => row.lid === lid)

test('a license is issued from a request, and its renewal keeps the machine', async () => {
  const { document: request } = await licensee.client.licenses.request({ model, account: 'Example Bank' })
  const opened = await provider.client.issuing.openRequest({ document: request })
  expect(opened.request.wants).toMatchObject({ model, account: 'Example Bank' })
  const first = await provider.client.issuing.issue(draft({ requests: [request] }))
  expect(first.license.nodes?.bindings).toHaveLength(1)
  await install(first.document)
  const { lid } = first.license
  const next = await provider.client.issuing.issue(draft({ renews: lid }))
  expect(next.license).toMatchObject({ lid, seq: 2, nodes: first.license.nodes })
  expect((await licensee.client.licenses.preview({ document: next.document })).changes).toEqual([])
  const more = await provider.client.issuing.issue(
    draft({
      renews: lid,
      terms: termsOf('DEVELOPER', { quota: requestsAMonth(50) }),
      endsAt: next.license.exp && new Date(next.license.exp * 1000).toISOString(),
    }),
  )
  expect((await licensee.client.licenses.preview({ document: more.document })).changes).toMatchObject([
    { title: 'Quota', before: expect.stringMatching(/^3 /), after: expect.stringMatching(/^50 /) },
  ])
  await install(next.document)
  expect((await shown(lid)).map(({ seq, state }) => [seq, state])).toEqual([
    [2, 'active'],
    [1, 'superseded'],
  ])
  const freed = await provider.client.issuing.preview(draft({ renews: lid, keepMachines: false }))
  expect(freed.license.nodes).toBeNull()
})

test('the attribution that is signed names the publisher and the model', async () => {
  const terms = { ...termsOf('DEVELOPER'), attribution: licensePresets.DEVELOPER.attribution }
  const { license } = await provider.client.issuing.issue(draft({ terms, model: 'acme.unseen' }))
  expect(license.terms.attribution).toBe('Model by acme: acme.unseen')
})

test('a number of machines that nothing holds is told as such', async () => {
  const alone = (change = {}) => draft({ account: 'Lonely Bank', ...change })
  const { warnings, license } = await provider.client.issuing.preview(alone())
  expect(warnings).toEqual([expect.stringMatching(/^The count of machines is not enforced/)])
  expect(clausesInWords(license)).toContainEqual({
    title: 'Machines',
    text: 'Up to 1 machine by agreement; it names none, so their number is not enforced.',
  })
  const { document: request } = await licensee.client.licenses.request({ model, account: 'Example Bank' })
  const bound = await provider.client.issuing.preview(alone({ requests: [request] }))
  const wide = await provider.client.issuing.preview(alone({ terms: termsOf('ENTERPRISE') }))
  expect([bound.warnings, wide.warnings]).toEqual([[], []])
})

test('the request of a renewal has another name than the first', async () => {
  const nameOf = async (lid: string | null) =>
    (await licensee.client.licenses.request({ model, account: 'Example Bank', lid })).fileName
  expect(await nameOf(null)).toBe(`${model}.request.jws`)
  const day = new Date().toISOString().slice(0, 10)
  expect(await nameOf('019a0000-0000-7000-8000-000060981185')).toBe(`${model}-60981185-${day}.request.jws`)
})

test('a second license of one customer for one model is told, and its file has another name', async () => {
  const { document: request } = await licensee.client.licenses.request({ model, account: 'Twin Bank' })
  const twin = (change = {}) => draft({ account: 'Twin Bank', requests: [request], ...change })
  const first = await provider.client.issuing.issue(twin())
  expect(first.warnings).toEqual([])
  const { lid } = first.license
  const second = await provider.client.issuing.preview(twin({ account: 'twin bank' }))
  expect(second.warnings).toEqual([
    expect.stringMatching(new RegExp(`^Twin Bank has a license .* already: …${lid.slice(-8)}, document 1`)),
  ])
  const next = await provider.client.issuing.preview(twin({ renews: lid }))
  const other = await provider.client.issuing.preview(twin({ model: 'acme.other', requests: [] }))
  expect([next.warnings.length, other.warnings.length]).toEqual([0, 1])
  const made = await provider.client.issuing.issue(twin())
  expect(made.warnings).toHaveLength(1)
  expect(made.fileName).not.toBe(first.fileName)
  await provider.client.issuing.revoke({ lid: made.license.lid, reason: 'twice' })
  await provider.client.issuing.revoke({ lid, reason: 'twice' })
  expect((await provider.client.issuing.preview(twin())).warnings).toEqual([])
})

test('an emergency code is kept for when it helps, and carries over an end', async () => {
  const valid = await provider.client.issuing.issue(draft())
  await install(valid.document)
  const { lid } = valid.license
  expect(await refusalOf(licensee.client.licenses.redeem({ lid, code: valid.codes[0] ?? '' }))).toBe(
    'EMERGENCY_CODE_INVALID',
  )
  expect((await shown(lid))[0]?.emergencyLeft).toBe(5)
  const ended = await provider.client.issuing.issue(
    draft({
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-02-01T00:00:00.000Z',
      terms: termsOf('DEVELOPER', { graceDays: 0 }),
    }),
  )
  await install(ended.document)
  const [before] = await shown(ended.license.lid)
  expect(before).toMatchObject({ state: 'expired', problem: { code: 'LIC_EXPIRED' } })
  const heard = await provider.client.issuing.emergencyCode({ challenge: before?.emergencyChallenge ?? '' })
  expect(heard).toMatchObject({ lid: ended.license.lid, account: 'Example Bank', number: 0 })
  await licensee.client.licenses.redeem({
    lid: ended.license.lid,
    code: heard.code.toLowerCase().replaceAll('-', ' '),
  })
  const [coded] = await shown(ended.license.lid)
  expect(coded).toMatchObject({ problem: null, emergencyLeft: 4, state: 'emergency' })
  expect(Date.parse(coded?.emergencyUntil ?? '')).toBeGreaterThan(Date.now() + 6 * 86_400_000)
  expect(coded?.graceUntil).toBe('2026-02-01T00:00:00.000Z')
  await lookAtLicenses(licensee.node.context)
  const told = (await licensee.client.licenses.notices()).filter((notice) => notice.lid === coded?.lid)
  expect(told.map(({ kind }) => kind.slice(0, 10)).toSorted()).toEqual(['emergency-', 'grace-over'])
  expect(await refusalOf(licensee.client.licenses.redeem({ lid: ended.license.lid, code: heard.code }))).toBe(
    'EMERGENCY_CODE_INVALID',
  )
})

test('what was revoked is not renewed, sold to or helped, and its documents are not taken', async () => {
  const made = await provider.client.issuing.issue(draft())
  const { lid } = made.license
  await install(made.document)
  const [row] = await shown(lid)
  const later = await provider.client.issuing.issue(draft({ renews: lid }))
  await provider.client.issuing.revoke({ lid, reason: 'not paid' })
  const refusals = [
    provider.client.issuing.issue(draft({ renews: lid })),
    provider.client.issuing.tranche({ lid, kind: 'credits', amount: 5 }),
    provider.client.issuing.emergencyCode({ challenge: row?.emergencyChallenge ?? '' }),
  ]
  for (const refused of refusals) expect(await refusalOf(refused)).toBe('LIC_REVOKED')
  const list = await provider.client.issuing.revocations()
  await install(list.document)
  expect((await shown(lid))[0]).toMatchObject({ state: 'revoked' })
  expect(await refusalOf(install(later.document))).toBe('LIC_REVOKED')
  expect((await provider.client.issuing.list()).find((one) => one.lid === lid)?.revokedReason).toBe(
    'not paid',
  )
})

test('a certified key issues in the name of the publisher, for its purpose, until it is revoked', async () => {
  const sales = await temporaryNode({ serving: null })
  const { publicKey } = await sales.client.publishers.own()
  const entry = await provider.client.issuing.certify({
    key: publicKey,
    name: 'sales',
    purposes: ['license'],
  })
  const keyset = (await provider.client.issuing.keyset()).document
  const acme = (await provider.client.publishers.own()).publicKey
  await sales.client.publishers.trust({ name: 'acme', publicKey: acme })
  expect(await refusalOf(sales.client.issuing.issue(draft({ issuer: 'acme' })))).toBe('LIC_ISSUER')
  await sales.client.licenses.install({ document: keyset })
  const { document } = await sales.client.issuing.issue(draft({ issuer: 'acme' }))
  expect(await refusalOf(install(document))).toBe('LIC_KEY_UNKNOWN')
  await install(keyset)
  await install(document)
  await provider.client.issuing.revokeKey({ kid: entry.kid })
  await install((await provider.client.issuing.keyset()).document)
  const after = await sales.client.issuing.issue(draft({ issuer: 'acme' }))
  expect(await refusalOf(install(after.document))).toBe('LIC_KEY_REVOKED')
}, 60_000)

test('a report is answered by a receipt, which says where the site is; tranches count once', async () => {
  const { document: report } = await licensee.client.usage.report({})
  const receipt = await provider.client.issuing.receipt({ report, country: 'DE' })
  expect((await install(receipt.document)).effects.join(' ')).toContain('DE')
  expect((await licensee.client.licenses.node()).attested).toMatchObject({ country: 'DE' })
  const { document, license } = await provider.client.issuing.issue(draft())
  await install(document)
  const month = periodAt(Date.now())
  const more = await provider.client.issuing.tranche({ lid: license.lid, kind: 'quota', amount: 4, month })
  await install(more.document)
  expect((await install(more.document)).known).toBe(true)
  expect((await shown(license.lid))[0]?.usage?.limit).toBe(7)
})

test('a license that was given up is proved to the issuer, and its next document serves elsewhere', async () => {
  const { document, license } = await provider.client.issuing.issue(draft())
  await install(document)
  const proof = await licensee.client.licenses.deactivate({ lid: license.lid })
  expect(await provider.client.issuing.moved({ document: proof.document })).toMatchObject({
    lid: license.lid,
  })
  expect((await shown(license.lid))[0]?.state).toBe('deactivated')
})
