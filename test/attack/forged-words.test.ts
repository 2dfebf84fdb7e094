/**
 * Cases 2, 19, 31, 47 and 48 from the side of whoever operates the node: neither the node's own keys nor the rows of
 * node.db can say in an issuer's name what the issuer never signed.
 */
import { sign } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src-main/base/ids.ts'
import { fingerprintOf, generateSigningKey, publicKeyText } from '../../src-main/base/signing-key.ts'
import type { TranchePayload } from '../../src-main/contract/license/documents.ts'
import { ownPublisherKey } from '../../src-main/flows/packages/pack-source.ts'
import { emergencySecret, makeEmergencyCodes } from '../../src-main/license/emergency/emergency-codes.ts'
import { commitments } from '../../src-main/license/emergency/redeem.ts'
import { openSelfSigned } from '../../src-main/license/envelope/open-document.ts'
import { signDocument } from '../../src-main/license/envelope/sign-document.ts'
import { periodAt } from '../../src-main/metering/quota/period.ts'
import { nextSnapshot } from '../../src-main/store/tables/meta.ts'
import { importedForeign } from '../support/foreign-package.ts'
import { refusalOf } from '../support/handed-over.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf, testIssuer } from '../support/licenses.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let acme: TestIssuer
/** The node's own publisher, whose key the operator has. */
let own: TestIssuer

beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  ;({ issuer: acme } = await importedForeign(outpost))
  const { name } = await outpost.client.publishers.own()
  own = testIssuer(name, await ownPublisherKey(outpost.dataDirectory))
}, 120_000)
afterAll(() => outpost[Symbol.asyncDispose]())

const install = (document: string) => outpost.client.licenses.install({ document })

async function explained() {
  const { decision } = await outpost.client.licenses.explain({ model: 'acme.cells' })
  return decision.allowed ? 'allowed' : decision.code
}
const machine = async () => (await outpost.client.licenses.node()).nodeId
const stateOf = async (lid: string) =>
  (await outpost.client.licenses.list({})).find((row) => row.lid === lid)?.state

/** As with sqlite3 and a start of the node: what was read before is read anew. */
function edit(text: string, ...values: unknown[]): void {
  const { db } = outpost.node.context
  expect(db.prepare(text).run(...values).changes).toBeGreaterThan(0)
  nextSnapshot(db)
}

/** Nothing of acme is installed but this. */
async function only(document: string | null): Promise<void> {
  for (const { lid } of await outpost.client.licenses.list({}))
    await outpost.client.licenses.remove({ lid }).catch(() => undefined)
  if (document !== null) await install(document)
}

test('2: a keyset cannot put its own key under the fingerprint of another publisher’s', async () => {
  const certified = generateSigningKey()
  const entry = (kid: string, key: string) => ({
    keys: [{ kid, key, name: 'sales', purposes: ['license' as const], nbf: 0, exp: null, revokedAt: null }],
    n: 1,
    nextUpdate: null,
  })
  await install(acme.sign('keyset', entry(fingerprintOf(certified), publicKeyText(certified))))
  const aardvark = testIssuer('aardvark')
  await outpost.client.publishers.trust({ name: 'aardvark', publicKey: aardvark.pem })
  const confused = aardvark.sign('keyset', entry(fingerprintOf(certified), publicKeyText(aardvark.key)))
  expect(await refusalOf(install(confused))).toBe('LIC_KEY_UNKNOWN')
  // Nor where the row was written past the import.
  outpost.node.context.db
    .prepare('insert into keysets (issuer, n, document, imported_at) values (?, 1, ?, ?)')
    .run('aardvark', confused, new Date().toISOString())
  nextSnapshot(outpost.node.context.db)
  const { text } = acme.license()
  const [header, payload] = text.split('.')
  const forgedHeader = Buffer.from(
    JSON.stringify({ typ: 'outpost-license+jws', alg: 'EdDSA', kid: fingerprintOf(certified) }),
  ).toString('base64url')
  expect(header).not.toBe(forgedHeader)
  const body = `${forgedHeader}.${payload}`
  const forged = `${body}.${sign(null, Buffer.from(body), aardvark.key).toString('base64url')}`
  expect(await refusalOf(install(forged))).toBe('LIC_SIG_INVALID')
})

test('2: the node’s own publisher licenses nobody else’s versions, whatever it calls itself', async () => {
  await only(null)
  const former = own.name
  await outpost.client.publishers.remove({ name: 'acme' })
  try {
    await outpost.client.publishers.rename({ name: 'acme' })
    await install(testIssuer('acme', own.key).license().text)
    expect(await explained()).toBe('LIC_NONE')
  } finally {
    await outpost.client.publishers.rename({ name: former })
    await outpost.client.publishers.trust({ name: 'acme', publicKey: acme.pem })
    await only(null)
  }
})

test('2: a license ends or shadows only what the same issuer issued', async () => {
  const { payload, text } = acme.license()
  await only(text)
  const stranger = await install(own.license({ supersedes: [payload.lid] }).text)
  expect(stranger.effects.join(' ')).not.toContain(payload.lid)
  expect(await stateOf(payload.lid)).toBe('active')
  // What the same issuer ends does end, whoever named it before.
  const other = acme.license({ supersedes: [payload.lid] })
  await install(other.text)
  expect(await stateOf(payload.lid)).toBe('superseded')
  await only(acme.license({ lid: payload.lid, seq: 2 }).text)
  expect(await refusalOf(install(own.license({ lid: payload.lid, seq: 9 }).text))).toBe('LIC_ISSUER')
})

test('23: another list under the number of the one that is here is refused', async () => {
  const { payload, text } = acme.license()
  await only(text)
  await install(acme.revocations(5, [payload.lid]))
  expect(await refusalOf(install(acme.revocations(5, [])))).toBe('LIC_CRL_ROLLBACK')
  expect(await explained()).toBe('LIC_REVOKED')
})

test('31: a site is attested by the issuer of the license, and by nobody else', async () => {
  const geography = { allow: ['DE'], basis: 'attested' as const }
  await only(acme.license({ terms: termsOf('DEVELOPER', { geography }) }).text)
  expect(await explained()).toBe('LIC_GEO_DENIED')
  const receipt = async (issuer: TestIssuer, number: number, country: string) =>
    issuer.sign('receipt', {
      node: await machine(),
      number,
      head: 'a'.repeat(64),
      site: { country, until: nowSeconds() + 86_400 },
    })
  await install(await receipt(own, 1, 'DE')).catch(() => undefined)
  expect(await explained()).toBe('LIC_GEO_DENIED')
  await install(await receipt(acme, 1, 'FR'))
  expect(await explained()).toBe('LIC_GEO_DENIED')
  edit(`update issuer_contacts set country = 'DE' where issuer = 'acme'`)
  expect(await explained()).toBe('LIC_GEO_DENIED')
  await install(await receipt(acme, 2, 'DE'))
  expect(await explained()).toBe('allowed')
})

test('47: a contact of the issuer that was written into the row was none', async () => {
  const offlineSecondsMax = 7200
  const iat = nowSeconds() - 86_400
  await only(acme.license({ iat, nbf: iat, offlineSecondsMax }).text)
  edit(`delete from issuer_contacts where issuer = 'acme'`)
  expect(await explained()).toBe('LIC_OFFLINE_TOO_LONG')
  const now = new Date().toISOString()
  edit(`insert into issuer_contacts (issuer, heard_at, receipt_number) values ('acme', ?, 0)`, now)
  expect(await explained()).toBe('LIC_OFFLINE_TOO_LONG')
  await install(acme.sign('time', { node: await machine() }))
  expect(await explained()).toBe('allowed')
})

test('47: a tranche counts by what is signed, not by what its row says', async () => {
  const price = { kind: 'per-request' as const, creditsPerRequest: 1, prepaid: true }
  const terms = termsOf('DEVELOPER', { price, quota: requestsAMonth(10) })
  const { payload, text } = acme.license({ terms })
  await only(text)
  const month = periodAt(Date.now())
  const more = (number: number, grants: TranchePayload['grants']) =>
    install(acme.sign('tranche', { lid: payload.lid, number, node: null, grants }))
  await more(1, { kind: 'credits', amount: 5 })
  await more(2, { kind: 'quota', month, amount: 5 })
  const usage = async () =>
    (await outpost.client.licenses.list({})).find(({ lid }) => lid === payload.lid)?.usage
  expect(await usage()).toMatchObject({ limit: 15, creditsLeft: 5 })
  edit('update tranches set amount = 1000000')
  expect(await usage()).toMatchObject({ limit: 15, creditsLeft: 5 })
  edit(
    `insert into tranches (lid, number, kind, month, amount, document, imported_at)
      select lid, number + 10, kind, month, amount, document, imported_at from tranches`,
  )
  expect(await usage()).toMatchObject({ limit: 15, creditsLeft: 5 })
  // Nor is one that the operator signed for a license of acme.
  const selfSigned = own.sign('tranche', {
    lid: payload.lid,
    number: 3,
    node: null,
    grants: { kind: 'credits', amount: 9 },
  })
  expect(await refusalOf(install(selfSigned))).toBe('LIC_ISSUER')
})

test('48: a lost count goes on by the word of an issuer, not by that of the node itself', async () => {
  await only(acme.license().text)
  await install(own.license().text)
  const recovery = async (issuer: TestIssuer) =>
    issuer.sign('recovery', { node: await machine(), recoveryId: '0123456789abcdef0123' })
  expect(await refusalOf(install(await recovery(own)))).toBe('LIC_ISSUER')
  // Also where the licenses were removed first.
  await only(null)
  await install(own.license().text)
  expect(await refusalOf(install(await recovery(own)))).toBe('LIC_ISSUER')
  const granted = () =>
    outpost.node.context.licensing.book
      .notes()
      .recoveries()
      .map(({ iss }) => iss)
  expect(granted()).toEqual([])
  await install(await recovery(acme))
  expect(granted()).toEqual(['acme'])
})

test('19: the proof of a move is for the newest document alone', async () => {
  const client = outpost.client.issuing
  const { name } = await outpost.client.publishers.own()
  const { document: request } = await outpost.client.licenses.request({ model: `${name}.cells` })
  const { node } = openSelfSigned('node-request', Buffer.from(request)).payload
  expect(node.id).toBe(await machine())
  const draft = { model: `${name}.cells`, account: 'Example Bank', terms: termsOf('DEVELOPER'), endsAt: null }
  const first = await client.issue(draft)
  const { identity } = outpost.node.context.licensing
  const proof = (seq: number, key = identity.signingKey) =>
    signDocument(
      'deactivation',
      {
        ver: 1,
        crit: [],
        iss: identity.id,
        iat: nowSeconds(),
        node,
        publicKey: publicKeyText(key),
        lid: first.license.lid,
        seq,
      },
      key,
    )
  expect(await refusalOf(client.moved({ document: proof(1) }))).toBe('accepted')
  // Of another machine, in the name of this one.
  const stranger = generateSigningKey()
  expect(await refusalOf(client.moved({ document: proof(1, stranger) }))).toBe('LIC_KEY_UNKNOWN')
  await client.issue({ ...draft, renews: first.license.lid })
  expect(await refusalOf(client.moved({ document: proof(1) }))).toBe('LIC_SUPERSEDED')
  expect(await refusalOf(client.moved({ document: proof(2) }))).toBe('accepted')
})

test('47: an emergency code that was written into the row helps nobody', async () => {
  const iat = nowSeconds() - 100 * 86_400
  const lid = newId()
  const codes = makeEmergencyCodes(emergencySecret(acme.key), lid, 2)
  const terms = termsOf('DEVELOPER', { graceDays: 0 })
  const emergency = commitments(codes, lid)
  const { payload, text } = acme.license({ lid, iat, nbf: iat, exp: iat + 86_400, terms, emergency })
  await only(text)
  expect(await explained()).toBe('LIC_EXPIRED')
  const until = Date.UTC(9999, 0)
  const forged = JSON.stringify([{ commitment: payload.emergency[0], at: iat * 1000, until }])
  edit('update licenses set emergency = ? where lid = ?', forged, payload.lid)
  expect(await explained()).toBe('LIC_EXPIRED')
  const [code = ''] = codes
  await outpost.client.licenses.redeem({ lid: payload.lid, code })
  expect(await explained()).toBe('allowed')
  // Nor is a code good again where the row forgot it, or longer than it is.
  edit(`update licenses set emergency = '[]' where lid = ?`, payload.lid)
  expect(await explained()).toBe('allowed')
  expect(await refusalOf(outpost.client.licenses.redeem({ lid: payload.lid, code }))).toBe(
    'EMERGENCY_CODE_INVALID',
  )
})

test('47: what was given up, revoked or replaced does not come back with its row', async () => {
  const { payload, text } = acme.license()
  await only(text)
  await outpost.client.licenses.deactivate({ lid: payload.lid })
  edit('update licenses set deactivation = null where lid = ?', payload.lid)
  expect(await stateOf(payload.lid)).toBe('deactivated')
  edit('delete from licenses where lid = ?', payload.lid)
  expect(await refusalOf(install(text))).toBe('LIC_SUPERSEDED')

  const revoked = acme.license()
  await only(revoked.text)
  await install(acme.revocations(10, [revoked.payload.lid]))
  const before = acme.revocations(9, [])
  edit(`update revocation_lists set number = 9, document = ? where issuer = 'acme'`, before)
  expect(await explained()).toBe('LIC_REVOKED')
  expect(await refusalOf(install(before))).toBe('LIC_CRL_ROLLBACK')
  await install(acme.revocations(11, []))
  expect(await explained()).toBe('allowed')

  const replaced = acme.license()
  await only(replaced.text)
  await install(acme.license({ lid: replaced.payload.lid, seq: 2 }).text)
  edit('delete from licenses where lid = ?', replaced.payload.lid)
  expect(await refusalOf(install(replaced.text))).toBe('LIC_SUPERSEDED')
})

test('47: no row makes a publisher the node’s own, or this machine one that a license knows', async () => {
  await only(null)
  edit(`update publishers set own = 1, retired = 1 where name = 'acme'`)
  expect(await explained()).toBe('LIC_NONE')
  edit(`update publishers set own = 0, retired = 0 where name = 'acme'`)

  const node = { id: `sha256:${'e'.repeat(64)}`, name: 'another', traits: ['d'.repeat(64), 'c'.repeat(64)] }
  const { payload, text } = acme.license({ nodes: { need: 2, bindings: [node] } })
  expect(await refusalOf(install(text))).toBe('LIC_NODE_MISMATCH')
  const now = new Date().toISOString()
  const values = [payload.lid, 'x', text, 'x', 'acme', 'acme.cells', now, now, 'x', '[]']
  edit(
    `insert into licenses (lid, seq, origin_node, document, digest, issuer, model, starts_at, installed_at,
      installed_by, emergency) values (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...values,
  )
  expect(await explained()).toBe('LIC_NODE_MISMATCH')
})

test('48: where the marks are lost, what the rows tell goes on, and no other key is the node’s own', async () => {
  const { payload, text } = acme.license()
  await only(text)
  await outpost.client.licenses.deactivate({ lid: payload.lid })
  edit(`update publishers set own = 1, retired = 1 where name = 'acme'`)
  await outpost.stop()
  await rm(join(outpost.dataDirectory, 'keys', 'license-marks'))
  const again = await temporaryNode({ serving: null, dataDirectory: outpost.dataDirectory })
  const { state } = (await again.client.licenses.list({})).find(({ lid }) => lid === payload.lid) ?? {}
  expect(state).toBe('deactivated')
  const { decision } = await again.client.licenses.explain({ model: 'acme.cells' })
  expect(decision).toMatchObject({ allowed: false, code: 'LIC_SUPERSEDED' })
  expect(await refusalOf(again.client.licenses.install({ document: text }))).toBe('LIC_SUPERSEDED')
}, 60_000)
