/**
 * One-time handles for files that a person hands over: uploaded bytes, or a path that the desktop's dialog chose. No
 * request ever names a path; a handle is good for one use and dies with the process.
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Clock, systemClock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { asDiskError, temporarySuffix } from '../../base/files.ts'
import { limits } from '../../contract/limits.ts'
import type { FileHandle } from '../../contract/shell.ts'

export interface HeldFile {
  path: string
  /** The name it had where it came from: the last part only, never a path. */
  name: string
  bytes: number
  /** True where the file is the node's own copy, which goes when it is used or forgotten. */
  owned: boolean
}

export interface FileHandles {
  receive(name: string, bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<FileHandle>
  /** For the desktop's dialogs and the local command line. */
  adopt(path: string): Promise<FileHandle>
  /** Uses the handle up; whoever takes an owned file removes it. HANDLE_INVALID. */
  take(handle: string): HeldFile
  /** All or none: HANDLE_INVALID where one is unknown, used or named twice. */
  takeAll(handles: readonly string[]): HeldFile[]
}

const heldMax = 10_000

export function createFileHandles(uploadsDirectory: string, clock: Clock = systemClock): FileHandles {
  const held = new Map<string, HeldFile & { since: number }>()

  /** Oldest first: what nobody came back for does not fill the disk. */
  async function forgetOld(): Promise<void> {
    const before = clock.monotonic() - limits.uploadHoursMax * 60 * 60 * 1000
    for (const [handle, file] of held) {
      if (file.since > before && held.size < heldMax) return
      held.delete(handle)
      if (file.owned) await rm(file.path, { force: true })
    }
  }

  const hold = async (file: HeldFile): Promise<FileHandle> => {
    await forgetOld()
    const handle = `file_${randomBytes(24).toString('base64url')}`
    held.set(handle, { ...file, since: clock.monotonic() })
    return { handle, name: file.name, bytes: file.bytes }
  }

  function take(handle: string): HeldFile {
    const file = held.get(handle)
    if (!file) throw unknownHandle()
    held.delete(handle)
    return file
  }

  return {
    async receive(name, bytes, signal) {
      const path = join(uploadsDirectory, `${randomBytes(12).toString('hex')}${temporarySuffix}`)
      let received = 0
      try {
        await pipeline(
          bytes,
          async function* (source: AsyncIterable<Uint8Array>) {
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
    take,
    takeAll(handles) {
      if (new Set(handles).size < handles.length || handles.some((handle) => !held.has(handle)))
        throw unknownHandle()
      return handles.map(take)
    },
  }
}

const unknownHandle = (): OutpostError =>
  new OutpostError('HANDLE_INVALID', 'The file handle is unknown or was used already.', {
    hint: 'Choose the file again.',
  })

function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  return last.replaceAll(/\p{Cc}/gu, '').slice(-limits.pathCharsMax) || 'file'
}
