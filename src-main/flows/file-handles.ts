/**
 * One-time handles for files that a person hands over: uploaded bytes, or a path that the desktop's dialog chose. No
 * request ever names a path; a handle is good for one use and dies with the process.
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OutpostError } from '../base/errors.ts'
import { asDiskError, temporarySuffix } from '../base/files.ts'
import { limits } from '../contract/limits.ts'
import type { FileHandle } from '../contract/shell.ts'

export interface HeldFile {
  path: string
  /** The name it had where it came from: the last part only, never a path. */
  name: string
  bytes: number
  /** True where the file is the node's own copy, which goes when it is used or forgotten. */
  owned: boolean
}

export interface FileHandles {
  receive(name: string, bytes: Readable, signal?: AbortSignal): Promise<FileHandle>
  /** For the desktop's dialogs and the local command line. */
  adopt(path: string): Promise<FileHandle>
  /** Uses the handle up; whoever takes an owned file removes it. */
  take(handle: string): HeldFile
}

const heldMax = 10_000

export function createFileHandles(uploadsDirectory: string): FileHandles {
  const held = new Map<string, HeldFile>()

  const hold = (file: HeldFile): FileHandle => {
    if (held.size >= heldMax) {
      const [oldest, forgotten] = held.entries().next().value ?? []
      if (oldest !== undefined) held.delete(oldest)
      if (forgotten?.owned) void rm(forgotten.path, { force: true })
    }
    const handle = `file_${randomBytes(24).toString('base64url')}`
    held.set(handle, file)
    return { handle, name: file.name, bytes: file.bytes }
  }

  return {
    async receive(name, bytes, signal) {
      const path = join(uploadsDirectory, `${randomBytes(12).toString('hex')}${temporarySuffix}`)
      let received = 0
      try {
        await pipeline(
          bytes,
          async function* (source: AsyncIterable<Buffer>) {
            for await (const chunk of source) {
              received += chunk.byteLength
              if (received > limits.packageBytesMax)
                throw new OutpostError('PAYLOAD_TOO_LARGE', 'The file is over the limit of a package.')
              yield chunk
            }
          },
          createWriteStream(path, { flags: 'wx', highWaterMark: 1 << 20, mode: 0o600 }),
          { ...(signal ? { signal } : {}) },
        )
      } catch (error) {
        await rm(path, { force: true })
        throw asDiskError(error)
      }
      return hold({ path, name: safeName(name), bytes: received, owned: true })
    },
    async adopt(path) {
      const found = await stat(path).catch((cause: unknown) => {
        throw new OutpostError('NOT_FOUND', `The file ${basename(path)} cannot be read.`, { cause })
      })
      if (!found.isFile()) throw new OutpostError('BAD_REQUEST', `${basename(path)} is not a file.`)
      return hold({ path, name: safeName(basename(path)), bytes: found.size, owned: false })
    },
    take(handle) {
      const file = held.get(handle)
      if (!file) {
        throw new OutpostError('HANDLE_INVALID', 'The file handle is unknown or was used already.', {
          hint: 'Choose the file again.',
        })
      }
      held.delete(handle)
      return file
    },
  }
}

function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  return last.replaceAll(/\p{Cc}/gu, '').slice(-limits.pathCharsMax) || 'file'
}
