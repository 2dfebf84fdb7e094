/**
 * Hands a file to the node and gets the one-time handle that every later call names it by. On the desktop the node
 * takes the file from the disk; in a browser its bytes are sent, with progress.
 */
import { z } from 'zod'
import { fileHandle } from '../src-main/contract/api/packages.ts'
import type { FileHandle } from '../src-main/contract/shell.ts'
import { apiUrl } from './client.ts'
import { HandOverError, problemOf } from './data/failure.ts'
import { shell } from './shell.ts'

const answer = z.object({ handle: fileHandle, name: z.string(), bytes: z.number() })

export interface HandOverOptions {
  /** Bytes sent so far of all bytes. */
  onProgress?: (sent: number, total: number) => void
  signal?: AbortSignal
}

export async function handOver(file: File, options: HandOverOptions = {}): Promise<FileHandle> {
  if (!shell) return send(file, options)
  const [adopted] = await shell.adoptFiles([file])
  if (adopted) return adopted
  throw new HandOverError({ code: 'HANDLE_INVALID', message: `${file.name} could not be read.` })
}

/** By XMLHttpRequest, since fetch does not tell how much of a body has gone out. */
function send(file: File, { onProgress, signal }: HandOverOptions): Promise<FileHandle> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `${apiUrl}/files?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.addEventListener('progress', (event) => onProgress?.(event.loaded, file.size))
    request.addEventListener('load', () => {
      const body = parsed(request.responseText)
      const handed = answer.safeParse(body)
      if (request.status < 300 && handed.success) return resolve(handed.data)
      reject(
        new HandOverError(problemOf(body) ?? { code: 'INTERNAL', message: `${file.name} was not taken.` }),
      )
    })
    request.addEventListener('error', () =>
      reject(new HandOverError({ code: 'NODE_UNREACHABLE', message: 'The node does not answer.' })),
    )
    request.addEventListener('abort', () =>
      reject(new DOMException('The upload was cancelled.', 'AbortError')),
    )
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
