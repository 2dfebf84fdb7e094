/**
 * The content-addressed store: a blob's name is the SHA-256 of its bytes. Whoever writes holds an intake; what an
 * intake wrote or kept is safe from collection until it ends, and by then a registration refers to it or nothing does.
 */

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { sha256File } from '../../base/digest.ts'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { type BlobIntake, createIntake } from './blob-intake.ts'
import { blobPath } from './blob-paths.ts'

export interface BlobStore {
  readonly dataDir: string
  begin(): BlobIntake
  /** Holds every blob there is until the returned function is called: a backup wants them all. */
  holdAll(): () => void
  /** True while someone holds it; what is held is not collected. */
  isHeld(digest: string): boolean
}

/** One a data folder and process: intakes and the collector find each other through it. */
export function createBlobStore(dataDir: string): BlobStore {
  const holds = new Map<string, number>()
  let allHeld = 0
  return {
    dataDir,
    holdAll() {
      allHeld++
      return () => void allHeld--
    },
    begin: () => createIntake(dataDir, holds),
    isHeld: (digest) => allHeld > 0 || holds.has(digest),
  }
}

/** The blob, open for reading. ARTIFACT_CORRUPT where it is missing. The caller closes it. */
export async function openBlob(dataDir: string, digest: string): Promise<FileHandle> {
  try {
    return await open(blobPath(dataDir, digest), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP')) throw corrupt(digest, 'is missing', error)
    throw error
  }
}

/** Bytes of a stored blob, or null where there is none. */
export async function blobBytes(dataDir: string, digest: string): Promise<number | null> {
  try {
    return (await stat(blobPath(dataDir, digest))).size
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}

/** Reads every byte again. Nothing is thrown for a damaged blob: that is the answer. */
export async function verifyBlob(dataDir: string, digest: string): Promise<'intact' | 'changed' | 'missing'> {
  let file: FileHandle
  try {
    file = await openBlob(dataDir, digest)
  } catch (error) {
    if (error instanceof OutpostError && error.code === 'ARTIFACT_CORRUPT') return 'missing'
    throw error
  }
  try {
    return (await sha256File(blobPath(dataDir, digest), file.fd)).digest === digest ? 'intact' : 'changed'
  } catch (error) {
    if (isSystemError(error, 'EIO')) return 'changed'
    throw error
  } finally {
    await file.close()
  }
}

/** The verified bytes: what is returned is what was hashed. ARTIFACT_CORRUPT; PAYLOAD_TOO_LARGE above `bytesMax`. */
export async function readBlob(dataDir: string, digest: string, bytesMax: number): Promise<Buffer> {
  const file = await openBlob(dataDir, digest)
  try {
    const { size } = await file.stat()
    if (size > bytesMax) {
      throw new OutpostError(
        'PAYLOAD_TOO_LARGE',
        `The stored file has ${size} bytes; ${bytesMax} are read at most.`,
      )
    }
    const bytes = await file.readFile()
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (found !== digest) throw corrupt(digest, `now has the digest ${found}`)
    return bytes
  } finally {
    await file.close()
  }
}

/** The first bytes as they lie there, unverified: for showing, never for running. ARTIFACT_CORRUPT where it is missing. */
export async function readBlobStart(dataDir: string, digest: string, bytesMax: number): Promise<Buffer> {
  const file = await openBlob(dataDir, digest)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.min(size, bytesMax))
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

export function corrupt(digest: string, what: string, cause?: unknown): OutpostError {
  return new OutpostError('ARTIFACT_CORRUPT', `The stored file ${digest} ${what}.`, {
    hint: 'Import the package of this version again: that puts the right bytes back.',
    details: { digest },
    cause,
  })
}
