/** The command line beside a node that runs: found by its data folder, or named by its address and entered with a key. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, outpost, start } from '../../support/command-line.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const inFolder = (name: string) => join(folder, name)
const data = ['--data', inFolder('data')]
let node: HeadlessProcess
let named: string[]

beforeAll(async () => {
  node = await startHeadless(inFolder('data'))
  // Another data folder beside the address: whatever is done must be done by the node that was named.
  named = ['--url', node.url, '--data', inFolder('elsewhere')]
})
afterAll(() => node.end('SIGTERM'))

async function newKey(...scopes: string[]): Promise<Record<string, string>> {
  const made = await answer<{ secret: string }>(['keys', 'create', 'ci', '--scope', ...scopes, ...data])
  return { OUTPOST_KEY: made.secret }
}

test('the node that runs on the data folder is found, and asked as its owner', async () => {
  await answer(['publisher', 'rename', 'acme', ...data])
  const output = inFolder('adder.outpost')
  await answer(['pack', await writeSource(inFolder('source')), '-o', output, ...data])
  const written: string[] = []
  for (const args of [
    ['import', output],
    ['deploy', 'acme.adder@latest'],
    ['deployments'],
    ['infer', 'acme.adder', '--input', '{"x":[1,2,3,4]}'],
    ['doctor'],
  ]) {
    const { code, out, errors } = await outpost([...args, ...data], {
      environment: { OUTPOST_KEY: 'opk_other' },
    })
    expect({ args, code, errors }).toEqual({ args, code: 0, errors: '' })
    written.push(out)
  }
  expect(written.join('\n')).not.toContain(node.token)
  expect((await node.client.deployments.list()).map(({ state }) => state)).toEqual(['ready'])
})

test('a device that is not here gives way to the CPU: the answer says why, and the terminal hears nothing else', async () => {
  const deploy = (device: string) =>
    outpost(['deploy', 'acme.adder@latest', '--endpoint', 'other', '--device', device, ...data])
  expect((await deploy('cuda')).out).toMatch(/ \(ready(, on cpu: cuda: .+)?\)$/m)
  const directml = await deploy('directml')
  if (process.platform !== 'win32') expect(directml.out).toMatch(/ \(ready, on cpu: directml: .+\)$/m)
  expect(node.output()).not.toMatch(/onnxruntime:|FAIL/)
  await answer(['undeploy', 'other', ...data])
})

test('what is asked is recorded, and a large input reaches the model like a small one', async () => {
  const recorded = () => node.client.requests.list({ limit: 1 })
  await expect.poll(async () => (await recorded()).total).toBe(1) // of the test before
  await answer(['infer', 'acme.adder', '--input', '[[1,2,3,4],[5,6,7,8]]', ...data])
  await expect.poll(async () => (await recorded()).total).toBe(2)
  expect((await recorded()).rows).toMatchObject([{ model: 'acme.adder', status: 200 }])

  // Beyond what any other call of the API may send: the model refuses the shape, and not the door the size.
  await writeFile(inFolder('large.json'), JSON.stringify(new Array(2_500_001).fill(1)))
  const { errors } = await outpost(['infer', 'acme.adder', '--input', `@${inFolder('large.json')}`, ...data])
  expect(errors).toMatch(/^INPUT_INVALID: /)
})

test('a node that is named wants a key, and gives what the key allows', async () => {
  const without = await outpost(['models', ...named])
  expect(without.code).toBe(1)
  expect(without.errors).toMatch(/^UNAUTHORIZED: .*\nSet OUTPOST_KEY/)
  const wrong = await outpost(['models', ...named], { environment: { OUTPOST_KEY: `opk_${'x'.repeat(43)}` } })
  expect(wrong.errors).toMatch(/^UNAUTHORIZED: The key is not valid/)

  const reading = await newKey('read')
  expect(await answer(['models', ...named], { environment: reading })).toMatchObject({ total: 1 })
  const refused = await outpost(['undeploy', 'acme.adder', ...named], { environment: reading })
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/^FORBIDDEN: /)

  const asking = await newKey('infer')
  const input = '{"x":[1,2,3,4]}'
  expect(
    await answer(['infer', 'acme.adder', '--input', input, ...named], { environment: asking }),
  ).toMatchObject({ model: 'acme.adder' })
  const writing = await newKey('write')
  expect((await outpost(['undeploy', 'acme.adder', ...named], { environment: writing })).code).toBe(0)
  expect(await node.client.deployments.list()).toEqual([])
})

test('files go to a node that is named and come from it, byte for byte', async () => {
  const environment = await newKey('write')
  const next = await writeSource(inFolder('next'), {
    version: '1.0.1',
    change: { type: 'patch', releaseNotes: 'Again.' },
  })
  const output = inFolder('next.outpost')
  await answer(['pack', next, '-o', output, ...data])
  expect(await answer(['import', output, ...named], { environment })).toMatchObject({ version: '1.0.1' })
  const copy = inFolder('copy.outpost')
  await answer(['export', 'acme.adder@1.0.1', '-o', copy, ...named], { environment })
  expect((await readFile(copy)).equals(await readFile(output))).toBe(true)
})

test('a key that is revoked lets nobody in from then on', async () => {
  const environment = await newKey('read')
  const { rows: keys } = await answer<{ rows: { id: string; prefix: string }[] }>(['keys', 'list', ...data])
  const key = keys.find(({ prefix }) => environment.OUTPOST_KEY?.startsWith(prefix))
  await answer(['keys', 'revoke', key?.id ?? '', ...data])
  expect((await outpost(['models', ...named], { environment })).errors).toMatch(/^UNAUTHORIZED: /)
})

test('commands of a script at once, and one beside a node that is starting, wait for their turn', async () => {
  const shared = ['--data', inFolder('shared')]
  const several = await Promise.all([1, 2, 3].map(() => outpost(['models', ...shared])))
  expect(several.map(({ code, errors }) => ({ code, errors }))).toEqual(
    [1, 2, 3].map(() => ({ code: 0, errors: '' })),
  )
  const serving = start(['serve', '--port', '0', '--serving-port', '0', '--no-samples', ...shared])
  const owner = () => readFile(join(inFolder('shared'), 'runtime', 'node.json'), 'utf8').catch(() => '')
  try {
    await expect.poll(owner, { timeout: 20_000, interval: 10 }).toContain(`"pid": ${serving.child.pid}`)
    for (let at = 0; at < 3; at++) expect((await outpost(['models', ...shared])).code).toBe(0)
  } finally {
    serving.child.kill('SIGINT')
  }
  const { code, out } = await serving.ended
  expect(code).toBe(0)
  expect(out).toContain('Log in')
})
