/** Unpacks a package into a folder that can be packed again to the same digest. */
import { copyFile, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { temporarySuffix } from '../../base/files.ts'
import type { BlobSink } from './blob-sink.ts'
import { writeFully } from './copy-hashed.ts'
import { type OpenedPackage, type OpenPackageOptions, openPackage } from './open-package.ts'

/**
 * `folder` must be empty or not there; it gets its name when all is written and verified. Throws as openPackage, and
 * PACKAGE_PATH where the folder holds something.
 */
export async function unpack(
  path: string,
  folder: string,
  options: Omit<OpenPackageOptions, 'sink'> = {},
): Promise<OpenedPackage> {
  await refuseOccupied(folder)
  await mkdir(dirname(resolve(folder)), { recursive: true })
  const temporary = await mkdtemp(`${resolve(folder)}.`, { encoding: 'utf8' })
  const scratch = `${temporary}${temporarySuffix}`
  await rename(temporary, scratch)
  try {
    const sink = new FolderSink(scratch)
    const opened = await openPackage(path, {
      ...options,
      sink,
      admit: async (head) => {
        await options.admit?.(head)
        sink.expect(head.files)
      },
    })
    await rmdir(folder).catch(ignoreAbsent) // Windows renames onto nothing, not even an empty folder
    await rename(scratch, folder)
    return opened
  } catch (error) {
    await rm(scratch, { recursive: true, force: true })
    throw error
  }
}

function ignoreAbsent(error: unknown): undefined {
  if (!isSystemError(error, 'ENOENT')) throw error
}

async function refuseOccupied(folder: string): Promise<void> {
  const found = (await readdir(folder).catch(ignoreAbsent)) ?? []
  if (found.length > 0) throw new OutpostError('PACKAGE_PATH', `The folder ${folder} is not empty.`)
}

/** Writes each layer under the paths it has in the package; blobs that are no layer are read and dropped. */
class FolderSink implements BlobSink {
  readonly #folder: string
  readonly #paths = new Map<string, string[]>()

  constructor(folder: string) {
    this.#folder = folder
  }

  expect(files: ReadonlyArray<{ path: string; digest: string }>): void {
    for (const { path, digest } of files) this.#paths.set(digest, [...(this.#paths.get(digest) ?? []), path])
  }

  async write(digest: string, _bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const [first, ...others] = this.#paths.get(digest) ?? []
    if (first === undefined) {
      for await (const _ of chunks);
      return
    }
    const target = join(this.#folder, first)
    await writeNew(target, chunks)
    for (const path of others) {
      const copy = join(this.#folder, path)
      await mkdir(dirname(copy), { recursive: true })
      await copyFile(target, copy)
    }
  }
}

async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'wx')
  try {
    let position = 0
    for await (const chunk of chunks) {
      await writeFully(file, chunk, position)
      position += chunk.byteLength
    }
  } finally {
    await file.close()
  }
}
