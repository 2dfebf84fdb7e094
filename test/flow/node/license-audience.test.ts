/** For whom a license is: the site and the account that it names hold at each use, as the site is declared at the time. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explanationText } from '../../../src-main/cli/license-text.ts'
import { licenseOperation } from '../../../src-main/contract/license/decision.ts'
import { siteSetting } from '../../../src-main/flows/licenses/licensing.ts'
import { openSelfSigned } from '../../../src-main/license/envelope/open-document.ts'
import { setSetting } from '../../../src-main/store/tables/settings.ts'
import { importedForeign } from '../../support/foreign-package.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { nowSeconds, type TestIssuer } from '../../support/licenses.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

const model = 'acme.cells'
let outpost: WholeNode
let issuer: TestIssuer
let key: string

beforeAll(async () => {
  outpost = await startWholeNode()
  ;({ issuer } = await importedForeign(outpost))
  key = (await outpost.client.keys.create({ name: 'test', scopes: ['infer'] })).secret
}, 120_000)
afterAll(() => outpost[Symbol.asyncDispose]())

const install = (document: string) => outpost.client.licenses.install({ document })
const declare = (change: { name?: string | null; accounts?: string[] }) =>
  outpost.client.licenses.declareSite({
    name: null,
    country: null,
    accounts: [],
    commercial: true,
    ...change,
  })
const explain = (operation: (typeof licenseOperation.options)[number] = 'serve') =>
  outpost.client.licenses.explain({ model, operation })

async function ask(): Promise<string> {
  const inputs = Array.from({ length: 10 }, () => 1)
  const answer = await outpost.ask(key, `/v1/models/${model}/inference`, { inputs })
  return `${answer.status} ${answer.headers.get('outpost-error') ?? ''}`.trim()
}

test('a license for another account is refused at import where accounts are declared, and taken where none are', async () => {
  const { text } = issuer.license({ sub: 'Other Bank' })
  await declare({ accounts: ['Example Bank', 'EB-4711'] })
  expect(await refusalOf(install(text))).toBe('LIC_AUDIENCE')
  const { failure } = await outpost.client.licenses.preview({ document: text })
  expect(failure).toMatchObject({
    code: 'LIC_AUDIENCE',
    message:
      'The license is for the account "Other Bank". This site is declared as "Example Bank", "EB-4711".',
    hint: expect.stringContaining('add it under Licenses and usage, This site'),
  })
  expect(await outpost.client.licenses.list({})).toEqual([])
  await install(issuer.license({ sub: 'EB-4711' }).text)
  await declare({})
  await install(text)
  for (const { lid } of await outpost.client.licenses.list({})) await outpost.client.licenses.remove({ lid })
})

test('a site that is named otherwise serves nothing of a license for its former name, until it is named back', async () => {
  const { payload, text } = issuer.license({ aud: 'berlin' })
  expect(await refusalOf(install(text))).toBe('LIC_AUDIENCE')
  await declare({ name: 'berlin' })
  await install(text)
  await outpost.client.deployments.deploy({ model, version: '1.0.0' })
  expect(await ask()).toBe('200')

  const deniedBy = async () => (await outpost.client.deployments.list({}))[0]?.deniedBy
  expect(await deniedBy()).toBeNull()
  await declare({ name: 'munich' })
  expect(await ask()).toBe('403 LIC_AUDIENCE')
  expect(await deniedBy()).toBe('LIC_AUDIENCE')
  const explained = await explain()
  expect(explained.decision).toMatchObject({
    code: 'LIC_AUDIENCE',
    lid: payload.lid,
    clause: 'The license is for the site "berlin".',
    evidence: 'This site is named "munich".',
    remedy: expect.stringContaining('outpost license site --name "berlin"'),
  })
  expect(explanationText(explained)).toContain('LIC_AUDIENCE')
  for (const operation of licenseOperation.options)
    expect((await explain(operation)).decision, operation).toMatchObject({ code: 'LIC_AUDIENCE' })
  const at = new Date((nowSeconds() + 3600) * 1000).toISOString()
  const { models } = await outpost.client.licenses.simulate({ at, requests: 1 })
  expect(models[0]?.decision).toMatchObject({ code: 'LIC_AUDIENCE' })
  const [row] = await outpost.client.licenses.list({})
  expect(row).toMatchObject({ state: 'denied', problem: { code: 'LIC_AUDIENCE' } })
  const told = (await outpost.client.licenses.notices()).map(({ kind, severity }) => [kind, severity])
  expect(told).toContainEqual(['denied-LIC_AUDIENCE', 'danger'])

  await declare({ name: 'berlin' })
  expect(await ask()).toBe('200')
  expect((await explain()).decision.allowed).toBe(true)
  await declare({ name: 'berlin', accounts: ['Other Bank'] })
  expect(await ask()).toBe('403 LIC_AUDIENCE')
  await declare({ name: 'berlin', accounts: ['Other Bank', payload.sub] })
  expect(await ask()).toBe('200')
}, 60_000)

test('a site that was declared before it could name accounts takes licenses for any', async () => {
  setSetting(outpost.node.context.db, siteSetting, { name: 'berlin', country: 'DE', commercial: false })
  const { site } = await outpost.client.licenses.node()
  expect(site).toEqual({ name: 'berlin', country: 'DE', accounts: [], commercial: false })
})

test('of two who declare the site at a time, neither takes back what the other said', async () => {
  await declare({ accounts: ['Example Bank'] })
  await outpost.client.licenses.declareSite({ country: 'DE' })
  await outpost.client.licenses.declareSite({ name: 'berlin', commercial: false })
  const { site } = await outpost.client.licenses.node()
  expect(site).toEqual({ name: 'berlin', country: 'DE', accounts: ['Example Bank'], commercial: false })
  await outpost.client.licenses.declareSite({ country: null })
  expect((await outpost.client.licenses.node()).site).toMatchObject({ name: 'berlin', country: null })
  await declare({})
})

test('a request is made by the one account that is declared, unless it says otherwise', async () => {
  const wanted = async (account?: string) => {
    const { document } = await outpost.client.licenses.request({ model, account })
    return openSelfSigned('node-request', Buffer.from(document)).payload.wants.account
  }
  expect(await wanted()).toBe('')
  await declare({ accounts: ['Example Bank'] })
  expect(await wanted()).toBe('Example Bank')
  expect([await wanted(''), await wanted('EB-4711')]).toEqual(['', 'EB-4711'])
  await declare({ accounts: ['Example Bank', 'EB-4711'] })
  expect(await wanted()).toBe('')
})
