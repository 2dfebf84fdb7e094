/** What an installer would hold (npm run package), made by electron-builder from the built product and a file that stands for Electron's binary. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { electronFolder } from '../support/electron-binary.ts'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
let folder: string
let electron: string

test.skip(
  process.platform !== 'linux',
  'the folder that stands for Electron has the layout that it has on Linux',
)

test.beforeAll(async () => {
  test.setTimeout(120_000)
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules/electron/package.json'), 'utf8'),
  ) as {
    version: string
  }
  folder = await mkdtemp(join(tmpdir(), 'outpost-packaged-'))
  electron = await electronFolder(version)
  await run(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/cli.js'),
      '--dir',
      '--config=electron-builder.config.ts',
      `-c.electronDist=${electron}`,
      `-c.directories.output=${folder}`,
    ],
    { cwd: root },
  )
})
test.afterAll(async () => {
  for (const made of [folder, electron]) await rm(made, { recursive: true, force: true })
})

const packed = (...path: string[]) =>
  join(folder, process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`, ...path)
const unpacked = (...path: string[]) => packed('resources/app.asar.unpacked', ...path)

test('27: the fuses of the binary are set', async () => {
  const wire = await getCurrentFuseWire(packed('outpost'))
  expect(wire[FuseV1Options.RunAsNode]).toBe('0'.charCodeAt(0))
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe('1'.charCodeAt(0))
})

/** A folder of the archive's header (Chromium's pickle: three sizes, the length, then JSON). */
interface ArchiveFolder {
  files?: Record<string, ArchiveFolder>
}
async function archiveFolder(...path: string[]): Promise<string[]> {
  const bytes = await readFile(packed('resources/app.asar'))
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as ArchiveFolder
  const folder = path.reduce<ArchiveFolder | undefined>((at, name) => at?.files?.[name], header)
  return Object.keys(folder?.files ?? {}).sort()
}

test('the archive holds the built program, what it depends on, and nothing else', async () => {
  expect(await archiveFolder()).toEqual(['node_modules', 'out', 'package.json', 'resources'])
  expect(await archiveFolder('out')).toEqual(['main', 'preload', 'renderer'])
  expect(await archiveFolder('out', 'main')).toEqual(
    expect.arrayContaining(['desktop.js', 'serving.js', 'engine-thread.js', 'lab.js']),
  )
  expect(await archiveFolder('resources')).toEqual(['grpc', 'icons', 'samples'])
  expect(await archiveFolder('resources', 'icons')).toEqual(['icon.png'])
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(await archiveFolder('node_modules')).toEqual(expect.arrayContaining(Object.keys(dependencies)))
})

test('native modules lie outside the archive and load from there, with what they link to', async () => {
  const script = `
    const load = (name) => require(${JSON.stringify(unpacked('node_modules'))} + name)
    load('/better-sqlite3/prebuilds/linux-' + process.arch + '.node')
    load('/onnxruntime-node/bin/napi-v6/linux/' + process.arch + '/onnxruntime_binding.node')
    load('/@img/sharp-linux-' + process.arch + '/lib/' +
      require('node:fs').readdirSync(${JSON.stringify(unpacked('node_modules/@img'))} + '/sharp-linux-' + process.arch + '/lib').find((name) => name.endsWith('.node')))
    console.log('loaded')`
  const { stdout } = await run(process.execPath, ['-e', script])
  expect(stdout).toBe('loaded\n')
})

test('models lie outside the archive, their training does not come along', () => {
  expect(existsSync(unpacked('resources/samples/digits/1.0.0/model.onnx'))).toBe(true)
  expect(existsSync(unpacked('resources/samples/training'))).toBe(false)
})

test("other platforms' runtimes are left out", () => {
  for (const other of ['darwin', 'win32', `linux/${process.arch === 'x64' ? 'arm64' : 'x64'}`]) {
    expect(existsSync(unpacked('node_modules/onnxruntime-node/bin/napi-v6', other)), other).toBe(false)
  }
  for (const other of ['darwin-arm64', 'win32-x64', 'linuxmusl-x64']) {
    expect(existsSync(unpacked('node_modules/better-sqlite3/prebuilds', `${other}.node`)), other).toBe(false)
  }
})
