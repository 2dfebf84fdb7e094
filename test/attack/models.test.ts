/**
 * Cases 63 (as a person sees it), 65 and 66: models that want a library loaded, that change how they are run, that
 * crash, fill the memory or never end. The node goes on, and the package or the model alone pays for it.
 */
import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, forkChildren } from '../../src-main/base/child.ts'
import { readJournal } from '../../src-main/engine/journal.ts'
import { ownSigner } from '../../src-main/flows/access/publishers.ts'
import { startLab } from '../../src-main/lab/start-lab.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import type { Signer } from '../../src-main/package/signing/sign-manifest.ts'
import { blobPath } from '../../src-main/store/blobs/blob-paths.ts'
import { asOwner, postJson, told } from '../support/handed-over.ts'
import { forged, importAttempt, leftBehind, redescribed } from '../support/hostile-import.ts'
import { addModel, bytesField, elementType, floats, onnxModel } from '../support/onnx-writer.ts'
import { writeSource } from '../support/package-folder.ts'
import { endlessModel, greedyModel, linearModel, slowModel } from '../support/served-models.ts'
import { type Entry, entriesOf, writeEntries } from '../support/tar-surgery.ts'
import { sharedFolder } from '../support/temporary-folder.ts'
import { temporaryServingNode } from '../support/temporary-node.ts'
import { sourceDirectory, startWholeNode, type WholeNode } from '../support/whole-node.ts'

const fork = forkChildren(sourceDirectory, '.ts')
const labs: Child[] = []
const servings: Child[] = []
let outpost: WholeNode
const folder = sharedFolder()
let entries: Entry[]
/** The node's own, so that nothing but what is attacked stands in the way of a package. */
let signer: Signer

beforeAll(async () => {
  outpost = await startWholeNode({
    startChild: (entry) => {
      const child = fork(entry)
      ;(entry === 'lab' ? labs : servings).push(child)
      return child
    },
  })
  await outpost.client.publishers.rename({ name: 'acme' })
  signer = ownSigner(outpost.node.context)
  const path = join(folder, 'right.outpost')
  const code = { code: ['ops.so'] }
  const source = await writeSource(join(folder, 'source'), code, { 'ops.so': '\u007fELF' })
  await pack(await readSource(source), { output: path, signer })
  entries = await entriesOf(path)
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function attempt(changed: Entry[]): Promise<string> {
  const path = await writeEntries(join(folder, 'hostile.outpost'), changed)
  const { code, check } = await importAttempt(outpost, path)
  return check === null ? code : `${code} ${check}`
}
const withModel = (model: Uint8Array): Entry[] => forged(entries, signer, { 'model.onnx': () => model })
/** The package as one of another model. */
const named = (id: string, model: Uint8Array): Entry[] =>
  forged(
    entries,
    signer,
    { 'model.onnx': () => model, 'outpost.json': (text) => text.toString().replace('acme.adder', id) },
    (manifest) => Object.assign(manifest.annotations as object, { 'dev.outpost.model.id': id }),
  )
const row = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }
const four = { inputs: [{ name: 'x', shape: ['batch', 4] }], outputs: [{ name: 'y', shape: ['batch', 4] }] }
const node = (operator: string, domain: string) => ({ operator, domain, inputs: ['x'], outputs: ['y'] })

test('65: no package says which library is loaded, or how its session is made', async () => {
  const described = (field: string) => redescribed(entries, signer, (text) => text.replace('{', `{${field},`))
  const inModel = (field: string) =>
    redescribed(entries, signer, (text) => text.replace(/"model":\s*\{/, `"model":{${field},`))
  expect({
    'a library of the package': await attempt(described('"customOps":["ops.so"]')),
    'a library of the machine': await attempt(inModel('"customOpLibrary":"/usr/lib/ops.so"')),
    'options of the session': await attempt(
      inModel('"sessionOptions":{"session.register_custom_ops_library":"ops.so"}'),
    ),
    'a provider of its own': await attempt(
      inModel('"executionProviders":[{"name":"x","libraryPath":"ops.so"}]'),
    ),
    'an operator of a library': await attempt(
      withModel(onnxModel({ nodes: [node('Run', 'acme.custom')], opsets: { 'acme.custom': 1 }, ...four })),
    ),
    'an operator in Python': await attempt(
      withModel(onnxModel({ nodes: [node('PyOp', 'pyopmulti_1')], opsets: { pyopmulti_1: 1 }, ...four })),
    ),
    'what a device compiled, from a file': await attempt(
      withModel(
        onnxModel({ nodes: [node('EPContext', 'com.microsoft')], opsets: { 'com.microsoft': 1 }, ...four }),
      ),
    ),
    'a model in the format of the runtime': await attempt(
      withModel(Buffer.concat([Buffer.from([24, 0, 0, 0]), Buffer.from('ORTM'), Buffer.alloc(64)])),
    ),
  }).toEqual({
    'a library of the package': 'DESCRIPTOR_INVALID',
    'a library of the machine': 'DESCRIPTOR_INVALID',
    'options of the session': 'DESCRIPTOR_INVALID',
    'a provider of its own': 'DESCRIPTOR_INVALID',
    'an operator of a library': 'VALIDATION_FAILED operators',
    'an operator in Python': 'VALIDATION_FAILED operators',
    'what a device compiled, from a file': 'VALIDATION_FAILED operators',
    'a model in the format of the runtime': 'VALIDATION_FAILED graph',
  })
  expect(await leftBehind(outpost)).toEqual([])
})

/** What a model says of its own session, which the runtime heeds when the environment tells it to. */
const optionsInside = (model: Buffer): Buffer => {
  const options = { session_options: { enable_profiling: 1, intra_op_num_threads: 64 } }
  const entry = [bytesField(1, 'ort_config'), bytesField(2, JSON.stringify(options))]
  return Buffer.concat([model, bytesField(14, Buffer.concat(entry))])
}

test('65: options in the metadata of a model are not heeded, whatever the environment of the node says', async () => {
  const serving = await temporaryServingNode()
  const onnx = optionsInside(addModel(4))
  await serving.serve('add', onnx, { model: 'acme.add' })
  const { secret } = serving.createKey()
  const place = await mkdtemp(join(folder, 'place-'))
  const environment = { ...process.env, ORT_LOAD_CONFIG_FROM_MODEL: '1' }
  const started = await serving.start({}, { cwd: place, env: environment })
  const answer = await started.call('/v2/models/add/infer', { inputs: [row] }, secret)
  expect(answer.status).toBe(200)
  await started.drain()
  // The profile that such an option writes is a file that the model chose to write, where serving works.
  expect(await readdir(place)).toEqual([])
  expect(await readdir(join(serving.paths.runtime, 'empty'))).toEqual([])
})

test('65: no request names a library, an option or a file of a model', async () => {
  expect(await attempt(entries)).toBe('imported')
  const deployed = { model: 'acme.adder', version: '1.0.0' }
  const smuggled = {
    sessionOptions: { 'session.register_custom_ops_library': '/tmp/ops.so' },
    customOps: '/tmp/ops.so',
    libraryPath: '/tmp/ops.so',
  }
  // What a procedure does not know it does not take: the deployment is made as though it had not been said.
  expect(await told(postJson(outpost, '/api/deployments', { ...deployed, ...smuggled }))).toBe('200')
  for (const executionProvider of [
    '/tmp/ops.so',
    'plugin:/tmp/ops.so',
    { name: 'cpu', libraryPath: '/tmp/ops.so' },
  ])
    expect(await told(postJson(outpost, '/api/deployments', { ...deployed, executionProvider }))).toBe(
      '400 BAD_REQUEST',
    )
  const written = JSON.stringify([
    outpost.node.context.db.prepare('select * from endpoints').all(),
    outpost.node.context.db.prepare('select * from endpoint_targets').all(),
  ])
  expect(written).not.toContain('ops.so')

  const { secret } = await outpost.client.keys.create({ name: 'writer', scopes: ['write', 'infer'] })
  const load = async (parameters: object) =>
    (await outpost.ask(secret, '/v2/repository/models/acme.adder/load', { parameters })).status
  expect([
    await load({ config: '{"parameters":{"session.register_custom_ops_library":"/tmp/ops.so"}}' }),
    await load({ 'file:1/model.onnx': addModel(4).toString('base64') }),
  ]).toEqual([400, 400])
})

test('63: verify names what was changed at rest, and neither export nor backup hands it on as whole', async () => {
  const { artifacts } = await outpost.client.models.version({ model: 'acme.adder', version: '1.0.0' })
  const { digest } = artifacts.find(({ kind }) => kind === 'weight') ?? { digest: '' }
  const file = blobPath(outpost.dataDirectory, digest)
  const bytes = await readFile(file)
  const changed = Buffer.from(bytes)
  changed[changed.length - 40] = (changed.at(-40) ?? 0) ^ 1
  await chmod(file, 0o600)
  await writeFile(file, changed)
  const { jobId } = await outpost.client.models.verify({})
  expect((await outpost.ended(jobId)).output).toMatchObject({ damaged: [expect.anything()] })
  expect(await told(asOwner(outpost, '/api/packages/acme.adder/1.0.0'))).toBe('500 ARTIFACT_CORRUPT')
  await writeFile(file, bytes)
  const again = await outpost.client.models.verify({})
  expect((await outpost.ended(again.jobId)).output).toMatchObject({ damaged: [] })
})

test('66: sizes are judged before a byte is loaded: a tensor larger than its file is no model', async () => {
  const weights = (dims: number[], raw: Uint8Array, type: number = elementType.float) =>
    withModel(addModel(4, { initializers: [{ name: 'w', dims, raw, type }] }))
  const cut = addModel(4)
  const found = {
    'more numbers than bytes': await attempt(weights([1_000_000], floats(1))),
    'a terabyte of nothing': await attempt(weights([2 ** 38], Buffer.alloc(0))),
    'a product that wraps around 64 bits': await attempt(weights([2 ** 32, 2 ** 32], floats(1))),
    'a size below nothing': await attempt(weights([-4], floats(1))),
    'another type than the bytes have': await attempt(weights([4], floats(1, 2, 3, 4), elementType.double)),
    'a model that ends too early': await attempt(withModel(cut.subarray(0, cut.length - 8))),
  }
  expect(found).toEqual(
    Object.fromEntries(Object.keys(found).map((what) => [what, 'VALIDATION_FAILED graph'])),
  )
})

test('66: an examination that crashes, fills the memory or never ends costs that examination alone', async () => {
  const next = labs.length
  const path = await writeEntries(join(folder, 'crash.outpost'), named('acme.crash', addModel(4)))
  const crashing = importAttempt(outpost, path)
  await expect.poll(() => labs[next]?.pid, { interval: 1 }).toBeGreaterThan(0)
  process.kill(labs[next]?.pid ?? 0, 'SIGSEGV')
  expect(await crashing).toMatchObject({ code: 'LAB_CRASHED' })
  expect((await outpost.client.models.list({ search: 'crash' })).total).toBe(0)
  expect(await importAttempt(outpost, path)).toMatchObject({ code: 'imported' })

  const task = async (onnx: Buffer, memoryBytesMax: number) => ({
    type: 'validate' as const,
    directory: await writeSource(await mkdtemp(join(folder, 'lab-')), {}, { 'model.onnx': onnx }),
    skipRun: false,
    memoryBytesMax,
  })
  const greedy = startLab(fork, await task(slowModel(1, 30_000), 2 ** 30))
  await expect(greedy).rejects.toMatchObject({ code: 'LAB_LIMIT' })
  const endless = startLab(fork, await task(endlessModel(), 2 ** 33), { secondsMax: 2 })
  await expect(endless).rejects.toMatchObject({ code: 'LAB_LIMIT' })
})

test('66: a model that hangs or fills the memory while it serves fails alone, and its requests are no answers', async () => {
  const serving = await temporaryServingNode()
  await serving.serve('linear', linearModel(4, 3), { model: 'acme.linear' })
  await serving.serve('acme.endless', endlessModel())
  await serving.serve('greedy', greedyModel(), { model: 'acme.greedy' })
  const { secret } = serving.createKey()
  const started = await serving.start({ runSecondsMax: 1 })
  const ask = (name: string, inputs: unknown) =>
    started.call(`/v2/models/${name}/infer`, { inputs }, secret).then(({ status, headers }) => ({
      status,
      code: headers.get('outpost-error'),
    }))
  const good = () => ask('linear', [row])
  expect((await good()).status).toBe(200)
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${started.pid}/status`, 'utf8')
    const limit = Number(/^VmSize:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024 + 4 * 2 ** 30
    execFileSync('prlimit', ['--pid', String(started.pid), `--as=${limit}:${limit}`])
  }
  const shape = { name: 'x', datatype: 'INT64', shape: [2], data: [200_000, 200_000] }
  expect(await ask('greedy', [shape])).toEqual({ status: 500, code: 'ENGINE_FAILED' })
  expect((await good()).status).toBe(200)
  const hanging = async () => {
    const inputs = { x: [1], never: false }
    const { status, headers } = await started.call('/v1/models/acme.endless/inference', { inputs }, secret)
    return { status, code: headers.get('outpost-error') }
  }
  expect(await hanging()).toEqual({ status: 503, code: 'MODEL_SET_ASIDE' })
  expect(await started.message('stuck')).toMatchObject({ type: 'stuck' })
  expect((await readJournal(serving.dataDir)).map(({ phase }) => phase)).toEqual(['run'])
  expect((await good()).status).toBe(200)
  expect(await hanging()).toEqual({ status: 503, code: 'MODEL_SET_ASIDE' })
})

test('66: a model that was running at two crashes of serving is set aside, and the others are served again', async () => {
  const path = await writeEntries(join(folder, 'endless.outpost'), named('acme.endless', endlessModel()))
  // The checks would run it and not end: it comes in as packages do whose checks are left out.
  expect(await importAttempt(outpost, path, { skipRun: true })).toMatchObject({ code: 'imported' })
  await outpost.client.deployments.deploy({ model: 'acme.endless', version: '1.0.0' })
  const { secret } = await outpost.client.keys.create({ name: 'asks', scopes: ['infer'] })
  const state = async (endpoint: string) =>
    (await outpost.client.deployments.list()).find((found) => found.endpoint === endpoint)?.state
  const ask = (model: string, inputs: unknown) =>
    outpost.ask(secret, `/v1/models/${model}/inference`, { inputs }).then(
      ({ status }) => status,
      () => 'cut',
    )
  for (const crash of [1, 2]) {
    await expect.poll(() => state('acme.endless')).toBe('ready')
    const hanging = ask('acme.endless', { x: [1], never: false })
    await expect.poll(async () => (await readJournal(outpost.dataDirectory)).length).toBe(1)
    servings.at(-1)?.kill()
    expect(await hanging).toBe('cut')
    await expect.poll(async () => (await outpost.client.system.status()).serving.restarts).toBe(crash)
    await expect.poll(() => state('acme.adder')).toBe('ready')
  }
  expect(await state('acme.endless')).toBe('set-aside')
  expect(await ask('acme.endless', { x: [1], never: false })).toBe(503)
  expect(await ask('acme.adder', [1, 2, 3, 4])).toBe(200)
  // A request that was cut off was not answered, so there is no record of one.
  const { rows } = await outpost.client.requests.list({ endpoint: 'acme.endless' })
  expect(rows.filter(({ status }) => status === 200)).toEqual([])
})
