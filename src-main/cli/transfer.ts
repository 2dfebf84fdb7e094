/** Files to a node and from it: streamed, with progress, ended by a signal; what arrives is there whole or not at all. */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { writeAtomically } from '../base/files.ts'
import { problem } from '../contract/problem.ts'
import type { FileHandle } from '../contract/shell.ts'

interface Watch {
  onProgress: (fraction: number) => void
  signal: AbortSignal
}

const chunkBytes = 1 << 20

/** PUT /api/files; the handle is good for one use. */
export async function sendFile(
  reach: (request: Request) => Promise<Response>,
  base: string,
  headers: Record<string, string>,
  path: string,
  { onProgress, signal }: Watch,
): Promise<FileHandle> {
  const { size } = await stat(path)
  let sent = 0
  const source = createReadStream(path, { highWaterMark: chunkBytes })
  source.on('data', (chunk) => {
    sent += chunk.length
    onProgress(sent / Math.max(size, 1))
  })
  const response = await reach(
    new Request(`${base}/api/files?name=${encodeURIComponent(basename(path))}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: Readable.toWeb(source) as ReadableStream,
      duplex: 'half',
      signal,
    } as RequestInit),
  )
  await refuseFailure(response)
  return (await response.json()) as FileHandle
}

/** Returns the bytes written. */
export async function saveBody(
  response: Response,
  output: string,
  { onProgress, signal }: Watch,
): Promise<number> {
  await refuseFailure(response)
  const { body } = response
  if (!body) throw new OutpostError('NODE_UNREACHABLE', 'The node answered without a body.')
  const total = Number(response.headers.get('content-length') ?? 0)
  let received = 0
  await writeAtomically(output, async (_file, temporary) => {
    const source = Readable.fromWeb(body as never)
    source.on('data', (chunk: Buffer) => {
      received += chunk.byteLength
      onProgress(received / Math.max(total, 1))
    })
    const target = createWriteStream(temporary, { highWaterMark: chunkBytes })
    await pipeline(source, target, { signal }).catch(refuseCutOff)
  })
  return received
}

/** fetch reports a body that ends before its length as a TypeError, node:https as ECONNRESET; a file error or a signal comes as it is. */
function refuseCutOff(cause: unknown): never {
  if (!(cause instanceof TypeError || isSystemError(cause, 'ECONNRESET'))) throw cause
  throw new OutpostError('NODE_UNREACHABLE', 'The node stopped answering in the middle of the file.', {
    hint: 'Where it still runs, a stored file may have changed: outpost verify says so.',
    cause,
  })
}

async function refuseFailure(response: Response): Promise<void> {
  if (response.ok) return
  const parsed = problem.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw new OutpostError('NODE_UNREACHABLE', `The node answered ${response.status}.`)
  throw OutpostError.fromFailure({ ...parsed.data, message: parsed.data.detail })
}
