/** What survives a stop, a crash and a second node: deployments, jobs, keys, and the folder's one owner. */
import { randomBytes } from 'node:crypto'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { generateSigningKey } from '../../../src-main/base/signing-key.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { testIssuer } from '../../support/licenses.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { samplesDirectory } from '../../support/whole-node.ts'

const nodes: HeadlessProcess[] = []
afterEach(() => {
  for (const node of nodes.splice(0)) node.child.kill('SIGKILL')
})

async function start(dataDirectory: string, args?: string[]): Promise<HeadlessProcess> {
  const started = await startHeadless(dataDirectory, args)
  nodes.push(started)
  return started
}

const signer = { publisher: 'samples', privateKey: generateSigningKey() }

async function packSample(folder: string, family: string, version: string): Promise<string> {
  const output = join(folder, `${family}.outpost`)
  await pack(await readSource(join(samplesDirectory, family, version)), { output, signer })
  return output
}

async function importPackage(node: HeadlessProcess, path: string): Promise<string> {
  const handed = await fetch(`${node.url}/api/files?name=x.outpost`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${node.token}` },
    body: await readFile(path),
  })
  const { handle } = (await handed.json()) as { handle: string }
  const { packageId, publisher } = await node.client.packages.inspect({ handle })
  return (await node.client.packages.import({ packageId, trust: publisher.fingerprint ?? '' })).jobId
}

/** By the publisher that signed the samples here. */
const license = (node: HeadlessProcess) =>
  node.client.licenses.install({
    document: testIssuer(signer.publisher, signer.privateKey).license({
      model: { id: 'samples.debian-sections', range: '*' },
    }).text,
  })

const ended = (node: HeadlessProcess, jobId: string) =>
  expect
    .poll(async () => (await node.client.jobs.get({ id: jobId })).state, { timeout: 30_000 })
    .toMatch(/done|failed|interrupted/)

const isServed = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/v2/health/live`, { signal: AbortSignal.timeout(1000) })).ok
  } catch {
    return false
  }
}

test('deployments and keys come back after a restart', async () => {
  const dataDirectory = temporaryFolder()
  const path = await packSample(temporaryFolder(), 'debian-sections', '1.0.0')
  const first = await start(dataDirectory)
  await ended(first, await importPackage(first, path))
  await license(first)
  await first.client.deployments.deploy({ model: 'samples.debian-sections', version: '1.0.0' })
  const { secret } = await first.client.keys.create({ name: 'consumer', scopes: ['infer'] })
  expect((await first.end('SIGTERM')).code).toBe(0)

  const second = await start(dataDirectory)
  await expect
    .poll(async () => (await second.client.deployments.list())[0]?.state, { timeout: 10_000 })
    .toBe('ready')
  const answer = await fetch(`${second.servingUrl}/v1/models/samples.debian-sections/inference`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: 'a font for reading' }),
  })
  expect(answer.status).toBe(200)
})

test('when control is killed, serving drains and ends, and the folder is free for the next node', async () => {
  const dataDirectory = temporaryFolder()
  const first = await start(dataDirectory)
  expect(await isServed(first.servingUrl)).toBe(true)
  await first.end('SIGKILL')
  await expect.poll(() => isServed(first.servingUrl), { timeout: 10_000 }).toBe(false)
  const second = await start(dataDirectory)
  expect(await isServed(second.servingUrl)).toBe(true)
})

test('when serving is killed, it is started again on its port and serves what it served', async () => {
  const dataDirectory = temporaryFolder()
  const path = await packSample(temporaryFolder(), 'debian-sections', '1.0.0')
  const node = await start(dataDirectory)
  await ended(node, await importPackage(node, path))
  await license(node)
  await node.client.deployments.deploy({ model: 'samples.debian-sections', version: '1.0.0' })
  process.kill(await servingPid(node), 'SIGKILL')
  await expect
    .poll(async () => (await node.client.system.status()).serving.restarts, { timeout: 10_000 })
    .toBe(1)
  await expect
    .poll(async () => (await node.client.deployments.list())[0]?.state, { timeout: 10_000 })
    .toBe('ready')
  expect((await node.client.system.status()).serving.url).toBe(node.servingUrl)
})

/** The child of the node's process, as Linux lists it. */
async function servingPid(node: HeadlessProcess): Promise<number> {
  const children = await readFile(`/proc/${node.child.pid}/task/${node.child.pid}/children`, 'utf8')
  return Number(children.trim().split(' ')[0])
}

test('a second node on the same folder says who has it, and stops', async () => {
  const dataDirectory = temporaryFolder()
  const first = await start(dataDirectory)
  await expect(startHeadless(dataDirectory)).rejects.toThrow(
    /ended with 1: DATA_DIR_IN_USE: Another node \(process \d+, http/,
  )
  expect(await isServed(first.servingUrl)).toBe(true)
})

test('a taken port that was asked for by name is said plainly, another one is taken otherwise', async () => {
  const first = await start(temporaryFolder())
  const port = new URL(first.url).port
  await expect(
    startHeadless(temporaryFolder(), ['--port', port, '--serving-port', '0', '--no-samples']),
  ).rejects.toThrow(/ended with 1: PORT_TAKEN/)
})

test('an address that others can reach is refused without TLS', async () => {
  await expect(startHeadless(temporaryFolder(), ['--host', '0.0.0.0', '--no-samples'])).rejects.toThrow(
    /ended with 1: BIND_INSECURE/,
  )
})

test.each<[string, string[], RegExp]>([
  ['a level that is none', ['--log-level', 'loud'], /ended with 2: CLI_USAGE: --log-level is one of/],
  ['a certificate without its key', ['--cert', 'cert.pem'], /ended with 2: CLI_USAGE: --cert and --key go/],
  [
    'files that are not there',
    ['--cert', 'no.pem', '--key', 'no.pem'],
    /ended with 2: CLI_USAGE: --cert and --key cannot be used: ENOENT/,
  ],
  [
    'files that are no certificate',
    ['--cert', import.meta.filename, '--key', import.meta.filename],
    /ended with 2: CLI_USAGE: --cert and --key cannot be used/,
  ],
  ['a port that is none', ['--port', '70000'], /ended with 2: CLI_USAGE: --port takes/],
])('%s is a mistake of the command line, said in one line', async (_name, args, expected) => {
  await expect(startHeadless(temporaryFolder(), args)).rejects.toThrow(expected)
})

test('an import that was cut off by kill -9 leaves nothing half done, and is done after the next start', async () => {
  const dataDirectory = temporaryFolder()
  const source = temporaryFolder()
  // Enough to be in the middle of when the process is killed.
  await writeFile(join(source, 'filler.bin'), randomBytes(200_000_000))
  for (const name of ['outpost.json', 'CARD.md', 'LICENSE', 'labels.txt', 'model.onnx', 'suite.jsonl']) {
    await copyFile(join(samplesDirectory, 'breast-cancer', '1.0.0', name), join(source, name))
    if (name !== 'outpost.json') continue
    const description = JSON.parse(await readFile(join(source, name), 'utf8')) as Record<string, unknown>
    await writeFile(
      join(source, name),
      JSON.stringify({ ...description, documents: [], code: [], data: ['filler.bin'] }),
    )
  }
  const output = join(source, 'big.outpost')
  await pack(await readSource(source), { output, signer })

  const first = await start(dataDirectory)
  const jobId = await importPackage(first, output)
  await expect
    .poll(async () => (await first.client.jobs.get({ id: jobId })).progress ?? 0, {
      timeout: 10_000,
      interval: 5,
    })
    .toBeGreaterThan(0)
  await first.end('SIGKILL')

  const second = await start(dataDirectory)
  await ended(second, jobId)
  const job = await second.client.jobs.get({ id: jobId })
  expect(job.failure).toBeNull()
  expect(job.state).toBe('done')
  const names = await readdir(dataDirectory, { recursive: true })
  expect(names.filter((name) => name.endsWith('.partial'))).toEqual([])
  expect((await second.client.models.list({})).total).toBe(1)
}, 60_000)

test('a data folder of a newer version is left alone', async () => {
  const dataDirectory = temporaryFolder()
  const whole = await temporaryNode({ dataDirectory, serving: null })
  whole.node.context.db.pragma('user_version = 99')
  await whole.stop()
  await expect(startHeadless(dataDirectory)).rejects.toThrow(/ended with 1: DATA_DIR_NEWER/)
})

test('it goes on when whoever read its output goes away, and says the rest to nobody', async () => {
  const headless = await start(temporaryFolder())
  headless.child.stdout?.destroy()
  headless.child.stderr?.destroy()
  const health = () => fetch(`${headless.servingUrl}/v2/health/live`)
  expect((await health()).status).toBe(200)
  expect(await headless.end('SIGTERM')).toEqual({ code: 0, signal: null }) // its farewell is what breaks the pipe
})

test('requests of one address are counted, and the memory for models is bounded, as the start says', async () => {
  const node = await start(temporaryFolder(), [
    ...['--port', '0', '--serving-port', '0', '--grpc-port', '0', '--no-samples'],
    ...['--requests-per-address', '2', '--model-memory', '1000000'],
  ])
  const statuses: number[] = []
  for (let at = 0; at < 3; at++) {
    const answer = await fetch(`${node.servingUrl}/v2`, {
      headers: { authorization: `Bearer ${node.token}` },
    })
    statuses.push(answer.status)
  }
  expect(statuses.at(-1)).toBe(429)
})

test('a limit that is no number is refused at the start', async () => {
  await expect(start(temporaryFolder(), ['--requests-per-address', 'many'])).rejects.toThrow(
    '--requests-per-address takes a whole number above 0.',
  )
})
