/**
 * Sealed weights from one node to another: a provider seals its model and licenses the customer's machine; the customer
 * gets the same answers, has no plain byte on its disk, and opens nothing once the license is taken back.
 */
import { chmod, cp, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ownSigner } from '../../src-main/flows/access/publishers.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { nowSeconds, termsOf, testIssuer } from '../support/licenses.ts'
import { sharedFolder } from '../support/temporary-folder.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { samplesDirectory, startWholeNode, type WholeNode } from '../support/whole-node.ts'

const model = 'acme.digits'
const daySeconds = 86_400
const waiting = { timeout: 30_000, interval: 500 }
const folder = sharedFolder()
const customerFolder = sharedFolder()
let provider: WholeNode
let customer: WholeNode
let sealed: { keyId: string; digest: string; path: string }

/** What became of the import. */
async function importOn(outpost: WholeNode, path: string, trust?: string) {
  const { packageId } = await outpost.client.packages.inspect({
    handle: (await outpost.node.adopt(path)).handle,
  })
  const { jobId } = await outpost.client.packages.import({ packageId, ...(trust && { trust }) })
  return (await outpost.ended(jobId)).failure
}

async function registerPlain(): Promise<void> {
  const source = join(folder, 'source')
  await cp(join(samplesDirectory, 'digits', '1.0.0'), source, { recursive: true })
  const descriptor = JSON.parse(await readFile(join(source, 'outpost.json'), 'utf8')) as object
  await writeFile(join(source, 'outpost.json'), JSON.stringify({ ...descriptor, id: model }))
  const output = join(folder, 'plain.outpost')
  await pack(await readSource(source), { output, signer: ownSigner(provider.node.context) })
  expect(await importOn(provider, output)).toBeNull()
}

async function sealOnProvider() {
  const { keyId, digest } = await provider.client.issuing.seal({ model, version: '1.0.0' })
  const request = new Request(`http://localhost/api/sealed-packages/${keyId}`)
  const answer = await provider.node.fetch(request, { owner: true })
  expect(answer.status).toBe(200)
  const path = join(folder, `${keyId}.outpost`)
  await writeFile(path, Buffer.from(await answer.arrayBuffer()))
  return { keyId, digest, path }
}

async function issueFor(
  outpost: WholeNode,
  { endsAt = null, graceDays = 0 }: { endsAt?: string | null; graceDays?: number } = {},
) {
  const wish = {
    model,
    range: '*',
    type: 'PROFESSIONAL' as const,
    account: 'Example Bank',
    note: '',
    lid: null,
  }
  const request = await outpost.client.licenses.request(wish)
  return await provider.client.issuing.issue({
    model,
    account: 'Example Bank',
    terms: termsOf('PROFESSIONAL', { graceDays }),
    endsAt,
    requests: [request.document],
    traitsNeeded: 1,
    sealKeyId: sealed.keyId,
  })
}

const install = (outpost: WholeNode, document: string) =>
  outpost.client.licenses.install({ document, acceptConflict: false })

async function trustProvider(outpost: WholeNode): Promise<void> {
  const { name, publicKey } = await provider.client.publishers.own()
  await outpost.client.publishers.trust({ name, publicKey })
}

/** With the first case of the model's own suite. */
async function ask(outpost: WholeNode) {
  const suite = await readFile(join(samplesDirectory, 'digits', '1.0.0', 'suite.jsonl'), 'utf8')
  const { inputs } = JSON.parse(suite.split('\n')[0] ?? '') as { inputs: unknown }
  return await outpost.client.playground.infer({ model, inputs })
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Files below a folder with any of these runs of bytes in them. */
async function holding(directory: string, runs: readonly Buffer[]): Promise<string[]> {
  const found: string[] = []
  for (const path of await filesBelow(directory)) {
    if (path.endsWith('.partial')) continue // on its way to its own name, where it is read
    const bytes = await readFile(path)
    if (runs.some((run) => bytes.includes(run))) found.push(path)
  }
  return found
}

beforeAll(async () => {
  provider = await startWholeNode()
  customer = await startWholeNode({ dataDirectory: customerFolder })
  await provider.client.publishers.rename({ name: 'acme' })
  await customer.client.publishers.rename({ name: 'bank' })
  await registerPlain()
  await trustProvider(customer)
  sealed = await sealOnProvider()
})
afterAll(async () => {
  await customer[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

test('a sealed package is handed out once, and imported by nobody before the license', async () => {
  const again = await provider.node.fetch(
    new Request(`http://localhost/api/sealed-packages/${sealed.keyId}`),
    { owner: true },
  )
  expect(again.status).toBe(404)
  const failure = await importOn(customer, sealed.path)
  expect(failure?.code).toBe('LIC_NONE')
  expect(failure?.hint).toContain('Import the license first')
})

test('with the license it answers as the plain model does, and no plain byte lies on the disk', async () => {
  const { document, license } = await issueFor(customer)
  expect(license.enc).toMatchObject({
    keyId: sealed.keyId,
    wrapped: [{ node: license.nodes?.bindings[0]?.id }],
  })
  await install(customer, document)
  expect(await importOn(customer, sealed.path)).toBeNull()
  const { state } = await customer.client.deployments.deploy({ model, version: '1.0.0' })
  expect(state).toBe('ready')
  await provider.client.deployments.deploy({ model, version: '1.0.0' })
  expect((await ask(customer)).outputs).toEqual((await ask(provider)).outputs)

  const plain = await readFile(join(folder, 'source', 'model.onnx'))
  const runs = [0.1, 0.4, 0.7, 0.9].map((part) => {
    const at = Math.floor(plain.byteLength * part)
    return plain.subarray(at, at + 64)
  })
  expect(await holding(provider.dataDirectory, runs)).not.toEqual([]) // they can be found where they are
  expect(await holding(customer.dataDirectory, runs)).toEqual([])
})

test('a draft that begins from it is made of it, and takes no seal over that is not its own', async () => {
  const draft = await customer.client.drafts.create({ handles: [], basedOn: model })
  expect(draft.descriptor).toMatchObject({
    id: 'bank.digits',
    version: '1.0.0',
    lineage: [{ model, version: '1.0.0', relation: 'modified' }],
  })
  expect(draft.descriptor).not.toHaveProperty('sealed')
  await customer.client.drafts.remove({ id: draft.id })
})

test('the license of another machine opens nothing', async () => {
  const other = await temporaryNode({ serving: null })
  await trustProvider(other)
  const { document } = await issueFor(customer)
  expect(await codeOf(install(other, document))).toBe('LIC_NODE_MISMATCH')
  expect((await importOn(other, sealed.path))?.code).toBe('LIC_NONE')
})

test('a byte that was flipped in the stored file lets nothing be loaded', async () => {
  const { artifacts } = await customer.client.models.version({ model, version: '1.0.0' })
  const weight = artifacts.find(({ kind }) => kind === 'weight')
  const hex = weight?.digest.slice('sha256:'.length) ?? ''
  const path = join(customer.dataDirectory, 'blobs', 'sha256', hex.slice(0, 2), hex)
  const original = await readFile(path)
  await flip(path, original.byteLength - 100)
  await customer.client.deployments.stop({ endpoint: model })
  const { state, failure } = await customer.client.deployments.start({ endpoint: model })
  expect([state, failure?.code]).toEqual(['failed', 'SEALED_INVALID'])
  await rewrite(path, original)
  expect((await customer.client.deployments.start({ endpoint: model })).state).toBe('ready')
})

test('once the license is taken back nothing is loaded, not even after a restart', async () => {
  for (const { lid } of await provider.client.issuing.list({})) await provider.client.issuing.revoke({ lid })
  const { document } = await provider.client.issuing.revocations({})
  await install(customer, document)
  expect(await codeOf(ask(customer))).toBe('LIC_REVOKED')
  await vi.waitFor(
    async () => {
      const [row] = await customer.client.deployments.list({})
      expect(row?.hosting?.replicas ?? 0).toBe(0)
    },
    { timeout: 30_000, interval: 500 },
  )
  const { dataDirectory } = customer
  await customer.stop()
  customer = await startWholeNode({ dataDirectory })
  expect(await codeOf(ask(customer))).toBe('LIC_REVOKED')
  await vi.waitFor(
    async () => {
      const [row] = await customer.client.deployments.list({})
      expect([row?.state, row?.failure?.code]).toEqual(['failed', 'LIC_REVOKED'])
    },
    { timeout: 30_000, interval: 500 },
  )
  const { secret } = await customer.client.keys.create({ name: 'late', scopes: ['infer'] })
  const answer = await customer.ask(secret, `/v1/models/${model}/predict`, { inputs: [] })
  expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'LIC_REVOKED' } }])
  const requestId = answer.headers.get('x-request-id')
  await vi.waitFor(async () => {
    const refusals = await customer.client.licenses.refusals({})
    expect(refusals.find((one) => one.requestId === requestId)).toMatchObject({ of: 'call', model })
  }, waiting)
})

test('the next license brings it back, with nobody deploying anything', async () => {
  await install(customer, (await issueFor(customer)).document)
  await vi.waitFor(async () => expect(await codeOf(ask(customer))).toBe('done'), {
    timeout: 30_000,
    interval: 500,
  })
})

/** As the issuer's signed time for this machine says. */
async function moveTime(outpost: WholeNode, seconds: number): Promise<void> {
  const { privateKey } = ownSigner(provider.node.context)
  const { nodeId: node } = await outpost.client.licenses.node({})
  const iat = nowSeconds() + seconds
  await install(outpost, testIssuer('acme', privateKey).sign('time', { iat, node }))
}

test('after its end it runs on through the grace, and past that nothing opens it, not even a restart', async () => {
  for (const { lid } of await customer.client.licenses.list({}))
    await customer.client.licenses.remove({ lid })
  const endsAt = new Date(Date.now() + daySeconds * 1000).toISOString()
  await install(customer, (await issueFor(customer, { endsAt, graceDays: 7 })).document)
  await vi.waitFor(async () => expect(await codeOf(ask(customer))).toBe('done'), waiting)

  await moveTime(customer, 3 * daySeconds)
  await vi.waitFor(async () => {
    const [row] = await customer.client.licenses.list({})
    expect(row?.state).toBe('grace')
  }, waiting)
  expect(await codeOf(ask(customer))).toBe('done')

  await moveTime(customer, 9 * daySeconds)
  await vi.waitFor(async () => expect(await codeOf(ask(customer))).toBe('LIC_EXPIRED'), waiting)
  await vi.waitFor(async () => {
    const [row] = await customer.client.deployments.list({})
    expect(row?.hosting?.replicas ?? 0).toBe(0)
  }, waiting)

  const { dataDirectory } = customer
  await customer.stop()
  customer = await startWholeNode({ dataDirectory })
  await vi.waitFor(async () => {
    const [row] = await customer.client.deployments.list({})
    expect([row?.state, row?.failure?.code]).toEqual(['failed', 'LIC_EXPIRED'])
  }, waiting)
  expect(await codeOf(ask(customer))).toBe('LIC_EXPIRED')
  expect(await codeOf(customer.client.deployments.deploy({ model, version: '1.0.0' }))).toBe('LIC_EXPIRED')
})

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await rewrite(path, bytes)
}

/** In place, as one who may write to the disk would. */
async function rewrite(path: string, bytes: Buffer): Promise<void> {
  await chmod(path, 0o600)
  const file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.byteLength, 0)
  await file.close()
}
