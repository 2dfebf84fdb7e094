/** Whatever file it is given, a command refuses it with a code of the catalogue, quickly, and leaves nothing behind. */
import { copyFile, mkdir, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandsOn, type RunCommand } from '../../support/commands-in-process.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
let node: HeadlessProcess
let whole: string
const runners: Record<string, RunCommand> = {}
const inFolder = (name: string) => join(folder, name)

beforeAll(async () => {
  runners['a stopped node'] = commandsOn(inFolder('stopped'))
  runners['a node that runs'] = commandsOn(inFolder('running'))
  node = await startHeadless(inFolder('running'))
  const stopped = runners['a stopped node']
  await stopped('publisher', 'rename', 'acme')
  whole = inFolder('whole.outpost')
  const { errors } = await stopped('pack', await writeSource(inFolder('source')), '-o', whole)
  expect(errors).toBe('')
})
afterAll(() => node.end('SIGTERM'))

async function flipByte(path: string, at: number): Promise<void> {
  await copyFile(whole, path)
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 1
  await file.write(byte, 0, 1, at)
  await file.close()
}

async function cutAt(path: string, share: number): Promise<void> {
  await copyFile(whole, path)
  await truncate(path, Math.floor((await readFile(whole)).length * share))
}

const damages: Record<string, (path: string) => Promise<unknown>> = {
  'empty.outpost': (path) => writeFile(path, ''),
  'text.outpost': (path) => writeFile(path, 'not a package\n'.repeat(1000)),
  'cut-in-the-head.outpost': (path) => cutAt(path, 0.1),
  'cut-in-the-middle.outpost': (path) => cutAt(path, 0.6),
  'first-byte.outpost': (path) => flipByte(path, 0),
  // In the last file's contents, before the two empty blocks that end a tar.
  'last-byte.outpost': async (path) => flipByte(path, (await readFile(whole)).lastIndexOf('}')),
  // A hole that would fill the disk if it were copied; the size is refused before a byte is.
  'huge.outpost': async (path) => {
    await writeFile(path, '')
    await truncate(path, 2 ** 40)
  },
  'a-folder.outpost': (path) => mkdir(path),
}

describe.each(['a stopped node', 'a node that runs'])('on %s', (name) => {
  test.each(Object.keys(damages))('%s', async (file) => {
    const run = runners[name] as RunCommand
    const path = inFolder(file)
    await rm(path, { recursive: true, force: true })
    await damages[file]?.(path)
    for (const command of ['inspect', 'validate', 'import']) {
      const { code, out } = await run(command, path, '--json')
      const said = JSON.parse(out) as { error?: { code: string }; verdict?: string }
      expect({ command, code }).toEqual({ command, code: 1 })
      if (command === 'validate' && said.error === undefined) expect(said.verdict).toBe('failed')
      else expect(said.error?.code).toMatch(/^(PACKAGE_[A-Z]+|DESCRIPTOR_INVALID|BAD_REQUEST)$/)
    }
    const data = inFolder(name === 'a stopped node' ? 'stopped' : 'running')
    expect(await readdir(join(data, 'uploads'))).toEqual([])
    expect(JSON.parse((await run('models', '--json')).out)).toMatchObject({ total: 0 })
  })
})

test('a source folder and a bare model are to be packed first', async () => {
  const run = runners['a stopped node'] as RunCommand
  for (const path of [inFolder('source'), join(inFolder('source'), 'model.onnx')]) {
    const { code, errors } = await run('import', path)
    expect(code).toBe(1)
    expect(errors).toMatch(/^BAD_REQUEST: .*\nPack it first: outpost pack /)
  }
})

test('a folder that is no source is not to be packed', async () => {
  const run = runners['a stopped node'] as RunCommand
  await mkdir(inFolder('plain'))
  const { code, errors } = await run('import', inFolder('plain'))
  expect(code).toBe(1)
  expect(errors).toMatch(/^BAD_REQUEST: .*plain is a folder, .*\nName the package itself/)
})

test.each([
  ['words.onnx', 'hello\n', 'ONNX_INVALID: The file is text and no ONNX model.'],
  ['long.onnx', 'Wie man sie schreibt.\n'.repeat(1000), 'ONNX_INVALID: The file is text and no ONNX model.'],
  ['empty.onnx', '', 'ONNX_INVALID: The model is an empty file.'],
  ['words.outpost', 'héllo\n', 'PACKAGE_INVALID: The file is text and no package.'],
  ['none.outpost', '', 'PACKAGE_INVALID: The file is empty and no package.'],
])('%s is told for what it is', async (name, text, words) => {
  await writeFile(inFolder(name), text)
  const { code, errors } = await (runners['a stopped node'] as RunCommand)('inspect', inFolder(name))
  expect(code).toBe(1)
  expect(errors.split('\n')[0]).toBe(words)
})
