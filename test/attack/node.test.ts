/**
 * Licenses on a whole node, cases 18, 19, 23, 29, 30 and 40: installed, replaced, moved, revoked and asked for what
 * they do not give, by every way that leads out of the node.
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownPublisherKey } from '../../src-main/flows/packages/pack-source.ts'
import { openSelfSigned } from '../../src-main/license/envelope/open-document.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { type ForeignPackage, importedForeign } from '../support/foreign-package.ts'
import { refusalOf } from '../support/handed-over.ts'
import { nowSeconds, type TestIssuer, termsOf, testIssuer } from '../support/licenses.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let foreign: ForeignPackage
let issuer: TestIssuer
let key: string

beforeAll(async () => {
  outpost = await startWholeNode()
  ;({ foreign, issuer } = await importedForeign(outpost))
  key = (await outpost.client.keys.create({ name: 'test', scopes: ['infer', 'read'] })).secret
}, 120_000)
afterAll(() => outpost[Symbol.asyncDispose]())

const install = (document: string) => outpost.client.licenses.install({ document })
const deploy = () => outpost.client.deployments.deploy({ model: 'acme.cells', version: '1.0.0' })
const row = Array.from({ length: 10 }, () => 1)

const ask = (
  body: unknown = { inputs: row },
  headers: Record<string, string> = {},
  path = '/v1/models/acme.cells/inference',
) => outpost.ask(key, path, body, headers)
const codeOf = async (answer: Response): Promise<string | undefined> =>
  ((await answer.json()) as { error?: { code: string } }).error?.code

/** A package of the node's own publisher that says to be made of acme.cells: what becomes of its import. */
async function importOwn(relation: string): Promise<string | undefined> {
  const { name } = await outpost.client.publishers.own()
  const source = join(foreign.folder, relation)
  await cp(foreign.source, source, { recursive: true })
  const file = join(source, 'outpost.json')
  const described = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const lineage = [{ model: 'acme.cells', version: '1.0.0', relation }]
  await writeFile(file, JSON.stringify({ ...described, id: `${name}.made-${relation}`, lineage }))
  const path = join(foreign.folder, `${relation}.outpost`)
  const privateKey = await ownPublisherKey(outpost.dataDirectory)
  await pack(await readSource(source), { output: path, signer: { publisher: name, privateKey } })
  const { handle } = await outpost.node.adopt(path)
  const { packageId } = await outpost.client.packages.inspect({ handle })
  const { jobId } = await outpost.client.packages.import({ packageId })
  const job = await outpost.ended(jobId)
  return job.failure?.code ?? job.state
}

test('a version of another publisher is deployed with its license, and by no other’s', async () => {
  expect(await refusalOf(deploy())).toBe('LIC_NONE')
  expect(await refusalOf(install(testIssuer('acme').license().text))).toBe('LIC_KEY_UNKNOWN')
  const stranger = testIssuer('stranger')
  await outpost.client.publishers.trust({ name: 'stranger', publicKey: stranger.pem })
  // Trusted for its own models, and signing for one of acme in its own name or in acme's.
  expect(await refusalOf(install(stranger.license({ model: { id: 'acme.cells', range: '*' } }).text))).toBe(
    'LIC_ISSUER',
  )
  expect(
    await refusalOf(install(stranger.license({ iss: 'acme', model: { id: 'acme.cells', range: '*' } }).text)),
  ).toBe('LIC_ISSUER')
  await install(issuer.license().text)
  expect(await deploy()).toMatchObject({ endpoint: 'acme.cells' })
  expect((await ask()).status).toBe(200)
}, 60_000)

test('18: an older document of a license cannot come back over a newer one, also after its removal', async () => {
  const { payload, text } = issuer.license()
  const next = issuer.license({ lid: payload.lid, seq: 2 }).text
  await install(text)
  await install(next)
  expect(await refusalOf(install(text))).toBe('LIC_SUPERSEDED')
  expect(
    await refusalOf(install(issuer.license({ lid: payload.lid, seq: 2, sub: 'Somebody Else' }).text)),
  ).toBe('LIC_SUPERSEDED')
  const states = (await outpost.client.licenses.list({})).filter(({ lid }) => lid === payload.lid)
  expect(Object.fromEntries(states.map(({ seq, state }) => [seq, state]))).toEqual({
    1: 'superseded',
    2: 'active',
  })
  await outpost.client.licenses.remove({ lid: payload.lid })
  expect(await refusalOf(install(text))).toBe('LIC_SUPERSEDED')
  // The newest may: it was removed by mistake.
  await install(next)
  await outpost.client.licenses.remove({ lid: payload.lid })
})

test('19: a license that is bound to another machine is refused, and its own is taken', async () => {
  const other = await temporaryNode({ serving: null })
  const request = async (node: WholeNode) => {
    const { document } = await node.client.licenses.request({ model: 'acme.cells' })
    return openSelfSigned('node-request', Buffer.from(document)).payload.node
  }
  const here = await request(outpost)
  const there = await request(other)
  expect(here.traits.filter((trait) => there.traits.includes(trait))).toEqual([])
  const bound = (node: typeof here) => issuer.license({ nodes: { need: 2, bindings: [node] } })
  expect(await refusalOf(install(bound(there).text))).toBe('LIC_NODE_MISMATCH')
  // Both are called as their host is: the refusal tells them apart.
  const { failure } = await outpost.client.licenses.preview({ document: bound(there).text })
  const ends = ({ id }: typeof here) => `(${id.slice(0, 11)}…${id.slice(-4)})`
  expect(failure?.message).toContain(`bound to ${there.name} ${ends(there)}; of this machine ${ends(here)}`)
  expect(failure?.hint).toContain('Ask for a license')
  const { payload, text } = bound(here)
  await install(text)
  const [shown] = (await outpost.client.licenses.list({})).filter(({ lid }) => lid === payload.lid)
  expect(shown).toMatchObject({ state: 'active', binding: { state: 'bound' } })
  await outpost.client.licenses.remove({ lid: payload.lid })
}, 60_000)

test('19: a license that was moved away does not come back with the same document', async () => {
  const { payload, text } = issuer.license()
  await install(text)
  const { document } = await outpost.client.licenses.deactivate({ lid: payload.lid })
  expect(openSelfSigned('deactivation', Buffer.from(document)).payload).toMatchObject({
    lid: payload.lid,
    seq: 1,
  })
  expect(await refusalOf(install(text))).toBe('LIC_SUPERSEDED')
  await outpost.client.licenses.remove({ lid: payload.lid })
  expect(await refusalOf(install(text))).toBe('LIC_SUPERSEDED')
  await install(issuer.license({ lid: payload.lid, seq: 2 }).text)
  await outpost.client.licenses.remove({ lid: payload.lid })
})

describe('29: what a license does not give is refused on every path', () => {
  test('export by the API, the page’s download, the command line and the registry’s files', async () => {
    const download = await outpost.node.fetch(
      new Request('http://localhost/api/packages/acme.cells/1.0.0', {
        headers: { host: 'localhost' },
      }),
      { owner: true },
    )
    expect(download.status).toBe(403)
    expect(await download.text()).toContain('LIC_REDISTRIBUTION_DENIED')
    const explained = await outpost.client.licenses.explain({ model: 'acme.cells', operation: 'export' })
    expect(explained.decision).toMatchObject({ allowed: false, code: 'LIC_REDISTRIBUTION_DENIED' })
  })
  test('derive and modify: an own version that was made of it, and a draft that begins from it', async () => {
    const rights = termsOf('DEVELOPER').rights
    const only = async (change: Partial<typeof rights>) => {
      for (const { lid, state } of await outpost.client.licenses.list({ model: 'acme.cells' }))
        if (state === 'active') await outpost.client.licenses.remove({ lid })
      await install(
        issuer.license({ terms: termsOf('DEVELOPER', { rights: { ...rights, ...change } }) }).text,
      )
    }
    await only({ derivatives: false, modification: false })
    const begin = () => outpost.client.drafts.create({ handles: [], basedOn: 'acme.cells' })
    const offered = async () => (await outpost.client.drafts.bases({})).rows.map(({ id }) => id)
    expect(await refusalOf(begin())).toBe('LIC_MODIFICATION_DENIED')
    expect(await offered()).not.toContain('acme.cells')
    expect(await importOwn('quantized')).toBe('LIC_DERIVATIVE_DENIED')
    expect(await importOwn('merged')).toBe('LIC_DERIVATIVE_DENIED')
    expect(await importOwn('modified')).toBe('LIC_MODIFICATION_DENIED')
    await only({ derivatives: false, modification: true })
    expect(await refusalOf(begin())).toBe('accepted')
    expect(await offered()).toContain('acme.cells')
    expect(await importOwn('fine-tuned')).toBe('LIC_DERIVATIVE_DENIED')
    await only({ derivatives: true, modification: false })
    expect(await importOwn('modified')).toBe('LIC_MODIFICATION_DENIED')
    expect(await importOwn('fine-tuned')).toBe('done')
    await only({})
  }, 120_000)
  test('a copy out by a path that climbs', async () => {
    const secret = await readFile(join(outpost.dataDirectory, 'keys', 'node.pem'), 'utf8')
    for (const path of [
      '/api/files/..%2f..%2fnode.db',
      '/assets/..%2f..%2fkeys%2fnode.pem',
      '/%2e%2e/keys/node.pem',
      '/api/packages/acme.cells/..%2f1.0.0',
    ]) {
      const answer = await outpost.node.fetch(
        new Request(`http://localhost${path}`, { headers: { host: 'localhost' } }),
        { owner: true },
      )
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
      expect(await answer.text()).not.toContain(secret.slice(30, 80))
    }
  })
  test('commercial use by a key, whatever the site says', async () => {
    const { payload, text } = issuer.license({
      terms: termsOf('DEVELOPER', { rights: { ...termsOf('DEVELOPER').rights, commercialUse: false } }),
    })
    expect(await refusalOf(outpost.client.licenses.install({ document: text }))).toBe('POLICY_CONFLICT')
    await outpost.client.licenses.install({ document: text, acceptConflict: true })
    const rows = await outpost.client.licenses.list({ model: 'acme.cells' })
    const others = rows.filter(({ lid, state }) => lid !== payload.lid && state === 'active')
    for (const { lid } of others) await outpost.client.licenses.remove({ lid })
    expect(await codeOf(await ask())).toBe('LIC_COMMERCIAL_DENIED')
    const study = await outpost.client.keys.create({ name: 'study', scopes: ['infer'], commercial: false })
    expect((await ask({ inputs: row }, { authorization: `Bearer ${study.secret}` })).status).toBe(200)
    await outpost.client.licenses.remove({ lid: payload.lid })
    await install(issuer.license().text)
  }, 30_000)
})

test('30: the attribution stands in every answer, whatever the protocol, and cannot be left out', async () => {
  const attribution = termsOf('DEVELOPER').attribution
  const v1 = await ask()
  expect(v1.headers.get('outpost-attribution')).toBe(attribution)
  expect(await v1.json()).toMatchObject({ attribution })
  const tensor = { inputs: [{ name: 'measurements', datatype: 'FP32', shape: [1, 10], data: row }] }
  const v2 = await ask(tensor, {}, '/v2/models/acme.cells/infer')
  expect(v2.headers.get('outpost-attribution')).toBe(attribution)
  expect(await v2.json()).toMatchObject({ parameters: { attribution } })
  const lines = await ask(`${JSON.stringify({ inputs: row })}\n${JSON.stringify({ inputs: row })}\n`, {
    'content-type': 'application/x-ndjson',
    accept: 'application/x-ndjson',
  })
  const answers = (await lines.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { attribution?: string })
  expect(answers).toHaveLength(2)
  for (const answer of answers) expect(answer.attribution).toBe(attribution)
  // Nothing that a client sends takes it away.
  const asked = await ask(
    { inputs: row, attribution: null, parameters: { attribution: '' } },
    { 'outpost-attribution': '' },
  )
  if (asked.status === 200) expect(await asked.json()).toMatchObject({ attribution })
}, 30_000)

test('40: what was admitted is finished, and the next is refused', async () => {
  const { payload, text } = issuer.license({
    exp: nowSeconds() + 3,
    terms: termsOf('DEVELOPER', { graceDays: 0 }),
  })
  await install(text)
  for (const { lid } of await outpost.client.licenses.list({ model: 'acme.cells' }))
    if (lid !== payload.lid) await outpost.client.licenses.remove({ lid })
  const codes: Array<string | undefined> = []
  for (let at = 0; at < 100 && codes.at(-1) !== 'LIC_EXPIRED'; at++) {
    const answer = await ask()
    codes.push(answer.status === 200 ? 'answered' : await codeOf(answer))
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  expect(codes[0]).toBe('answered')
  expect([...new Set(codes)]).toEqual(['answered', 'LIC_EXPIRED'])
  await install(issuer.license().text)
}, 30_000)

test('23: an older list of revocations cannot replace a newer one; a revoked license stops at once', async () => {
  const { payload, text } = issuer.license()
  await install(text)
  for (const { lid } of await outpost.client.licenses.list({ model: 'acme.cells' }))
    if (lid !== payload.lid) await outpost.client.licenses.remove({ lid })
  expect((await ask()).status).toBe(200)
  const former = issuer.revocations(1, [])
  await install(issuer.revocations(2, [payload.lid]))
  expect(await codeOf(await ask())).toBe('LIC_REVOKED')
  expect(await refusalOf(install(former))).toBe('LIC_CRL_ROLLBACK')
  // Nobody else can take back what acme issued, and a list of a stranger takes nothing of acme back.
  expect(await codeOf(await ask())).toBe('LIC_REVOKED')
  await install(issuer.license().text)
  expect((await ask()).status).toBe(200)
}, 30_000)
