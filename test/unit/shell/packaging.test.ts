/** Checklist of facts on Electron, items 27 to 34: what the packaged app is and what it leaves out. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FuseV1Options, flipFuses, getCurrentFuseWire } from '@electron/fuses'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import config, { assertElectronIsSupported, fuses } from '../../../electron-builder.config.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { createWindow } from '../../../src-main/shell/window.ts'
import { electronBinary } from '../../support/electron-binary.ts'
import type { StandInWindow } from '../../support/electron-stand-in-window.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

async function binaryFile(wire?: string): Promise<string> {
  const path = join(temporaryFolder(), 'electron')
  await writeFile(path, electronBinary(wire))
  return path
}
const on = '1'.charCodeAt(0)
const off = '0'.charCodeAt(0)

describe('27: fuses', () => {
  test('are set in the binary, each as decided', async () => {
    const path = await binaryFile()
    await flipFuses(path, fuses)
    expect(await getCurrentFuseWire(path)).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
      [FuseV1Options.WasmTrapHandlers]: on,
    })
  })
  test('a fuse that a later Electron adds is an error until it is decided', async () => {
    await expect(flipFuses(await binaryFile('1011000111'), fuses)).rejects.toThrow('strictlyRequireAllFuses')
  })
})

describe('the packaged app', () => {
  test('7: has no developer tools', () => {
    const options = (developing: boolean) =>
      (createWindow({ preload: '', icon: '', developing }) as unknown as StandInWindow).options.webPreferences
    expect(options(false)?.devTools).toBe(false)
    expect(options(true)?.devTools).toBe(true)
  })
  test('31: claims no scheme of the system, so no site can open it', () => {
    expect(config.protocols).toBeUndefined()
  })
  test('opens .outpost files', () => {
    expect(config.fileAssociations).toMatchObject([{ ext: 'outpost', role: 'Viewer' }])
  })
  test('34: is not made with an Electron that gets no more fixes', () => {
    const during = new Date('2026-12-01')
    expect(() => assertElectronIsSupported(packageJson.devDependencies.electron, during)).not.toThrow()
    expect(() => assertElectronIsSupported('44.11.0', during)).toThrow('not supported')
    expect(() => assertElectronIsSupported('45.4.1', new Date('2027-04-08'))).toThrow('update it')
    expect(() => assertElectronIsSupported('46.0.0', new Date('2027-04-08'))).not.toThrow()
  })
  test.skip('32: updates itself. There is no updater yet: a new version is installed by hand', () =>
    undefined)
  test.skip('27: the fuses of the real binary. It cannot be downloaded here; npm run package sets them', () =>
    undefined)
})

describe('the source of shell and preload', () => {
  let source: string
  beforeAll(async () => {
    const root = join(import.meta.dirname, '../../..')
    const folders = ['src-main/shell', 'src-preload'].map((name) => join(root, name))
    const files = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(folder)).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)),
      ),
    )
    source = (await Promise.all(files.flat().map((path) => readFile(path, 'utf8')))).join('\n')
  })

  test.each([
    ['17: no synchronous message', /sendSync|returnValue/],
    ['28: no synchronous seal', /\b(en|de)cryptString\(|isEncryptionAvailable\(\)/],
    ['31: no scheme of the system', /setAsDefaultProtocolClient/],
    ['32: no updater', /autoUpdater|electron-updater/],
    ['33: no crash reporter, and so nothing to upload and no dump with keys in it', /crashReporter/],
    ['26: no certificate is accepted by us', /setCertificateVerifyProc|certificate-error/],
    ['no file:// page', /loadFile\(|file:\/\//],
  ])('%s', (_name, pattern) => {
    expect(source).not.toMatch(pattern)
  })
})
