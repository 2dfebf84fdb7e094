/** What a licensee is told in time: once each, on the page, to webhooks and by mail; and what a machine's change begins. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { lookAtLicenses } from '../../../src-main/flows/licenses/notices.ts'
import { periodAt } from '../../../src-main/metering/quota/period.ts'
import { countUnits } from '../../support/counted-units.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf, testIssuer } from '../../support/licenses.ts'
import { startMailServer } from '../../support/mail-server.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

const day = 86_400
let outpost: WholeNode
let issuer: TestIssuer

beforeEach(async () => {
  outpost = await temporaryNode({ serving: null })
  issuer = testIssuer('acme')
  await outpost.client.publishers.trust({ name: 'acme', publicKey: issuer.pem })
})

const install = (document: string) => outpost.client.licenses.install({ document })
const look = () => lookAtLicenses(outpost.node.context)
const kinds = async () => (await outpost.client.licenses.notices()).map(({ kind }) => kind).toSorted()

test('an end is told at the nearest of its days, once, and a renewal that is installed ahead ends that', async () => {
  const { payload, text } = issuer.license({ exp: nowSeconds() + 40 * day })
  await install(text)
  await look()
  await look()
  expect(await kinds()).toEqual(['ends-60'])
  const next = { lid: payload.lid, seq: 2, nbf: nowSeconds() + 39 * day, exp: nowSeconds() + 400 * day }
  await install(issuer.license(next).text)
  const states = await outpost.client.licenses.list({})
  expect(states.map(({ seq, state }) => [seq, state])).toEqual([
    [1, 'active'],
    [2, 'next'],
  ])
  const short = issuer.license({ exp: nowSeconds() + 6 * day, model: { id: 'acme.other', range: '*' } })
  await install(short.text)
  await look()
  expect(await kinds()).toEqual(['ends-60', 'ends-7'])
})

test('an expired license says that its grace runs, one past its grace that it serves no more', async () => {
  const old = { iat: nowSeconds() - 100 * day, nbf: nowSeconds() - 100 * day }
  await install(issuer.license({ ...old, exp: nowSeconds() - day }).text)
  const over = { ...old, exp: nowSeconds() - 50 * day, model: { id: 'acme.other', range: '*' } }
  await install(issuer.license({ ...over, terms: termsOf('DEVELOPER', { graceDays: 1 }) }).text)
  await look()
  expect(await kinds()).toEqual(['grace', 'grace-over'])
  const rows = await outpost.client.licenses.list({})
  expect(rows.map(({ state }) => state)).toEqual(['expired', 'grace'])
})

const developer = (requests: number) => termsOf('DEVELOPER', { quota: requestsAMonth(requests) })
const month = periodAt(Date.now())
/** More requests of this month. */
const raise = (lid: string, amount: number) =>
  install(issuer.sign('tranche', { lid, number: 1, node: null, grants: { kind: 'quota', month, amount } }))

test('a license that is taken back is told at once, and so is a quota that was raised', async () => {
  const { payload, text } = issuer.license({ terms: developer(3) })
  await install(text)
  const { lid } = payload
  await raise(lid, 1000)
  const raised = (await outpost.client.licenses.notices()).find(({ kind }) => kind.startsWith('raised'))
  expect(raised?.message).toContain('1,000 requests were added')
  expect(raised?.severity).toBe('info')
  await install(issuer.license({ lid, seq: 2, terms: developer(100) }).text)
  expect(
    (await outpost.client.licenses.notices()).filter(({ message }) =>
      message.includes('from 3 to 100 requests a month'),
    ),
  ).toHaveLength(1)

  await install(issuer.revocations(1, [lid]))
  const [told] = (await outpost.client.licenses.notices()).filter(({ kind }) => kind === 'revoked')
  expect(told).toMatchObject({ severity: 'danger', message: expect.stringContaining('not paid') })
})

test('a quota that was raised is told again when it is nearly used up', async () => {
  const { payload, text } = issuer.license({ terms: developer(3) })
  await install(text)
  const { lid } = payload
  countUnits(outpost, lid, 3)
  await look()
  await raise(lid, 7)
  countUnits(outpost, lid, 10)
  await look()
  const told = (await outpost.client.licenses.notices()).filter(({ message }) =>
    message.includes('is used up'),
  )
  expect(told.map(({ message, severity }) => [message.slice(-18), severity])).toEqual([
    ['(10 of 10 requests).'.slice(-18), 'danger'],
    ['(3 of 3 requests).'.slice(-18), 'danger'],
  ])
})

test('a license that does not serve for another reason is told with it', async () => {
  const terms = termsOf('DEVELOPER', { geography: { allow: ['DE'], basis: 'declared' } })
  await install(issuer.license({ terms, exp: null }).text)
  const told = (await outpost.client.licenses.notices()).map(({ kind, message }) => [kind, message])
  expect(told).toEqual([['denied-LIC_GEO_DENIED', expect.stringContaining('Declare the country')]])
})

test('without a server each mail is a file that any program for mail opens', async () => {
  const { client, dataDirectory } = outpost
  await client.mail.set({
    server: null,
    from: 'node@acme.example',
    recipients: ['ops@acme.example', 'it@acme.example'],
  })
  await install(issuer.license({ exp: nowSeconds() + 10 * day }).text)
  await look()
  await expect
    .poll(async () => (await client.mail.list()).map(({ state }) => state))
    .toEqual(['saved', 'saved'])
  const files = await readdir(join(dataDirectory, 'outbox'))
  expect(files).toHaveLength(2)
  const text = await readFile(join(dataDirectory, 'outbox', files[0] ?? ''), 'utf8')
  expect(text).toMatch(/^From: node@acme\.example\r$/m)
  expect(text).toMatch(/^Subject: Soon: license of acme\.cells\r$/m)
  expect(text).toContain('licenses@acme.example')
})

test('through a server it is said what the server said, and tried again', async () => {
  const { port, said, close } = await startMailServer()
  try {
    const { client } = outpost
    const wanted = { from: 'node@acme.example', recipients: ['ops@acme.example'] }
    await client.mail.set({ ...wanted, server: { host: '127.0.0.1', port } })
    await client.mail.test()
    await expect.poll(async () => (await client.mail.list())[0]?.state).toBe('sent')
    expect(said).toContain('RCPT TO:<ops@acme.example>')
    await close()
    await client.mail.test()
    await expect.poll(async () => (await client.mail.list())[0]?.problem).toMatch(/ECONNREFUSED/)
    expect((await client.mail.list())[0]).toMatchObject({ state: 'waiting', tries: 1 })
    expect((await client.mail.settings()).server).toMatchObject({ hasPassword: false })
  } finally {
    await close()
  }
})

test('simulate says what a later day brings, and changes nothing', async () => {
  await install(issuer.license({ exp: nowSeconds() + 10 * day }).text)
  const before = await outpost.client.licenses.list({})
  const { models } = await outpost.client.licenses.simulate({
    at: new Date((nowSeconds() + 60 * day) * 1000).toISOString(),
  })
  expect(models).toEqual([]) // the model is not installed
  expect(await outpost.client.licenses.list({})).toEqual(before)
})
