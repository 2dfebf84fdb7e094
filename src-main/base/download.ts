/** A download that goes on where it was cut off, and whose file stands only when its digest is right. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OutpostError } from './errors.ts'
import { makeFolder } from './files.ts'

export interface DownloadOptions {
  url: string
  /** base64. */
  sha512: string
  file: string
  onProgress?: (done: number, of: number) => void
  signal?: AbortSignal
}

/** NODE_UNREACHABLE where the server does not answer as it should, ARTIFACT_CORRUPT where its bytes are others. */
export async function download({ url, sha512, file, onProgress, signal }: DownloadOptions): Promise<void> {
  const part = `${file}.part`
  await makeFolder(dirname(file))
  const from = (await stat(part).catch(() => null))?.size ?? 0
  const response = await fetch(url, {
    headers: from > 0 ? { range: `bytes=${from}-` } : {},
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw unreachable(url, 'does not answer', error)
  })
  if (response.status !== 416) {
    if (!response.ok || !response.body) throw unreachable(url, `answered ${response.status}`)
    const resumed = response.status === 206
    let done = resumed ? from : 0
    const of = done + Number(response.headers.get('content-length') ?? 0)
    const source = Readable.fromWeb(response.body as never)
    source.on('data', (chunk: Uint8Array) => {
      done += chunk.byteLength
      onProgress?.(done, of)
    })
    await pipeline(source, createWriteStream(part, { flags: resumed ? 'a' : 'w' })).catch(
      (error: unknown) => {
        throw unreachable(url, 'broke off', error)
      },
    )
  }
  const found = await sha512Of(part)
  if (found !== sha512) {
    await rm(part)
    throw new OutpostError(
      'ARTIFACT_CORRUPT',
      `What ${url} sent is not what was published (SHA-512 differs).`,
      {
        hint: 'Try again; behind a proxy that changes files, fetch it elsewhere and use --from.',
      },
    )
  }
  await rename(part, file)
}

const unreachable = (url: string, what: string, cause?: unknown): OutpostError =>
  new OutpostError('NODE_UNREACHABLE', `${new URL(url).host} ${what}.`, {
    hint: 'Try again, and it goes on where it was cut off; without a network, give the file with --from.',
    cause,
  })

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}
