/**
 * Brings bytes into the store: to a temporary file, hashed on the way, synced, made read-only, then named by a rename.
 * What differs from the digest that was announced is refused and leaves nothing behind.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { asDiskError, syncDirectory, temporarySuffix } from '../../base/files.ts'
import { type Copied, copyHashing, type Fill, fillFromFile, fillFromStream } from './blob-copy.ts'
import { blobFolder, blobPath } from './blob-paths.ts'

interface Expectation {
  /** PACKAGE_DIGEST where the bytes turn out otherwise. */
  digest?: string | undefined
  signal?: AbortSignal | undefined
}

/** Of a file as it was when it had been written: another one in its place, or a later write, has another stamp. */
export interface FileStamp {
  dev: bigint
  ino: bigint
  size: bigint
  mtimeNs: bigint
}

export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs

export interface BlobIntake {
  /** From a stream, or from the path of a regular file. DISK_FULL, PACKAGE_DIGEST. */
  write(source: AsyncIterable<Uint8Array> | string, expected?: Expectation): Promise<Copied>
  /** Takes the file itself where it can (same file system, no other name): it is gone from its path afterwards. */
  adopt(path: string, expected?: Expectation): Promise<Copied>
  /** Holds a blob that is stored already; false where it is not. */
  keep(digest: string): Promise<boolean>
  /** Of the blob where this intake itself wrote it, as it was then; what lay there before, or was adopted, has none. */
  stampOf(digest: string): FileStamp | undefined
  /** Lets everything go. What nothing refers to is then for the collector. */
  end(): void
}

export function createIntake(dataDir: string, holds: Map<string, number>): BlobIntake {
  const held: string[] = []
  const stamps = new Map<string, FileStamp>()
  const hold = (digest: string): void => {
    held.push(digest)
    holds.set(digest, (holds.get(digest) ?? 0) + 1)
  }

  async function settle(
    temporary: string,
    file: FileHandle,
    copied: Copied,
    expected: Expectation,
  ): Promise<void> {
    refuseOther(copied, expected)
    await file.chmod(0o444)
    await file.sync()
    hold(copied.digest)
    await place(temporary, blobPath(dataDir, copied.digest))
  }

  async function write(fill: Fill, expected: Expectation): Promise<Copied> {
    const folder = blobFolder(dataDir)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const temporary = join(folder, `${randomBytes(12).toString('hex')}${temporarySuffix}`)
    const file = await open(temporary, 'wx', 0o600)
    try {
      const copied = await copyHashing(fill, file, expected.signal)
      await settle(temporary, file, copied, expected)
      stamps.set(copied.digest, await file.stat({ bigint: true }))
      return copied
    } catch (error) {
      await rm(temporary, { force: true })
      throw asDiskError(error)
    } finally {
      await file.close()
    }
  }

  async function writeFile(path: string, expected: Expectation): Promise<Copied> {
    const source = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      return await write(fillFromFile(source), expected)
    } finally {
      await source.close()
    }
  }

  return {
    write: (source, expected = {}) =>
      typeof source === 'string' ? writeFile(source, expected) : write(fillFromStream(source), expected),
    async adopt(path, expected = {}) {
      const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
      try {
        const found = await file.stat()
        // Another name for the same bytes would be a way to change the blob.
        if (found.isFile() && found.nlink === 1) {
          const copied = await hashOnly(file, expected.signal)
          await mkdir(blobFolder(dataDir), { recursive: true, mode: 0o700 })
          await settle(path, file, copied, expected)
          return copied
        }
      } catch (error) {
        if (!isSystemError(error, 'EXDEV')) throw asDiskError(error)
      } finally {
        await file.close()
      }
      const copied = await writeFile(path, expected)
      await rm(path, { force: true })
      return copied
    },
    async keep(digest) {
      hold(digest) // before the look, so that the collector cannot come in between
      const handle = await open(blobPath(dataDir, digest), 'r').catch((error: unknown) => {
        if (isSystemError(error, 'ENOENT')) return null
        throw error
      })
      await handle?.close()
      return handle !== null
    },
    stampOf: (digest) => stamps.get(digest),
    end() {
      for (const digest of held.splice(0)) {
        const count = (holds.get(digest) ?? 1) - 1
        if (count === 0) holds.delete(digest)
        else holds.set(digest, count)
      }
    },
  }
}

function refuseOther(copied: Copied, expected: Expectation): void {
  if (expected.digest === undefined || expected.digest === copied.digest) return
  throw new OutpostError(
    'PACKAGE_DIGEST',
    `The file has the digest ${copied.digest}, not ${expected.digest}.`,
    {
      hint: 'The package was damaged or changed on its way. Get it again from its publisher.',
      details: { expected: expected.digest, found: copied.digest },
    },
  )
}

/**
 * Takes the place of a blob that is there already: the bytes are the same unless that one was damaged, which this
 * repairs. Two writers at once are both right.
 */
async function place(temporary: string, target: string): Promise<void> {
  const made = await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncDirectory(dirname(made))
  try {
    await rename(temporary, target)
  } catch (error) {
    // Windows does not replace a read-only or open file; there the stored one stays, and verify judges it.
    if (process.platform !== 'win32' || !isSystemError(error, 'EPERM', 'EACCES', 'EEXIST')) throw error
    await rm(temporary, { force: true })
  }
  await syncDirectory(dirname(target))
}

async function hashOnly(file: FileHandle, signal?: AbortSignal): Promise<Copied> {
  const nothing = {
    write: async (_block: Buffer, _offset: number, length: number) => ({ bytesWritten: length }),
  }
  return copyHashing(fillFromFile(file), nothing, signal)
}
