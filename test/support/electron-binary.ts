/** A file that electron-builder and @electron/fuses take for Electron's binary: its fuse wire, and nothing to run. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What stands before the wire in every Electron binary (@electron/fuses, constants). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Version 1 of the wire with Electron 45's nine fuses as they are delivered. */
const delivered = '101100011'

export const electronBinary = (wire: string = delivered): Buffer =>
  Buffer.concat([
    Buffer.alloc(1024),
    Buffer.from(sentinel),
    Buffer.from([1, wire.length]),
    Buffer.from(wire),
    Buffer.alloc(1024),
  ])

/** The folder that an unpacked download of Electron for Linux would be. */
export async function electronFolder(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'outpost-electron-'))
  await writeFile(join(folder, 'electron'), electronBinary(), { mode: 0o755 })
  await writeFile(join(folder, 'version'), version)
  await writeFile(join(folder, 'LICENSE'), 'MIT')
  await writeFile(join(folder, 'LICENSES.chromium.html'), '')
  await writeFile(join(folder, 'chrome_crashpad_handler'), '', { mode: 0o755 })
  await mkdir(join(folder, 'resources'))
  await mkdir(join(folder, 'locales'))
  return folder
}
