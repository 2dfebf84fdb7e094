/** The command line beside a node that speaks TLS under the name of its certificate, which is not that of this machine. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { writeSource } from '../../support/package-folder.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const inFolder = (name: string) => join(folder, name)
const data = ['--data', inFolder('data')]
let node: HeadlessProcess

beforeAll(async () => {
  const { cert, key } = selfSigned('models.example')
  await writeFile(inFolder('node.pem'), cert)
  await writeFile(inFolder('node.key'), key)
  const tls = [
    '--cert',
    inFolder('node.pem'),
    '--key',
    inFolder('node.key'),
    '--public-host',
    'models.example',
  ]
  node = await startHeadless(inFolder('data'), [
    '--host',
    '0.0.0.0',
    '--port',
    '0',
    '--serving-port',
    '0',
    '--no-samples',
    ...tls,
  ])
})
afterAll(() => node.end('SIGTERM'))

test('a link to log in, and a package that goes in, answers and comes out again', async () => {
  expect(node.url).toMatch(/^https:/)
  expect((await outpost(['login-link', ...data])).out).toContain(
    `https://models.example:${new URL(node.url).port}/#/claim?token=`,
  )
  await answer(['publisher', 'rename', 'acme', ...data])
  const output = inFolder('adder.outpost')
  await answer(['pack', await writeSource(inFolder('source')), '-o', output, ...data])
  await answer(['import', output, ...data])
  await answer(['deploy', 'acme.adder@latest', ...data])
  const { code, errors } = await outpost(['infer', 'acme.adder', '--input', '{"x":[1,2,3,4]}', ...data])
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  await answer(['export', 'acme.adder@latest', '-o', inFolder('out.outpost'), ...data])
  expect(await readFile(inFolder('out.outpost'))).toEqual(await readFile(output))
})

test('refusals arrive as they do without TLS', async () => {
  const { code, errors } = await outpost(['deploy', 'acme.unknown@1.0.0', ...data])
  expect([code, errors]).toEqual([1, expect.stringContaining('MODEL_NOT_FOUND')])
})

test('named by its address alone it is not believed, and the refusal says that it is the certificate', async () => {
  const { code, errors } = await outpost(['models', '--url', node.url])
  expect([code, errors]).toEqual([
    1,
    expect.stringContaining(`The certificate of ${node.url} is not believed`),
  ])
})
