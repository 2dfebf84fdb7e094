/**
 * One client for every case: a node named by --url, the node that runs on the data folder, or one that is opened in
 * this process for the time of a command. Commands never learn which it is.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OutpostError } from '../base/errors.ts'
import { writeAtomically } from '../base/files.ts'
import { type Client, createClient } from '../contract/api/client.ts'
import { problem } from '../contract/problem.ts'
import type { FileHandle } from '../contract/shell.ts'

export interface Connection {
  client: Client
  /** The inference door; null where the node serves nothing. */
  servingUrl: string | null
  upload(path: string, onProgress: (fraction: number) => void): Promise<FileHandle>
  download(path: string, output: string, onProgress: (fraction: number) => void): Promise<number>
  close(): Promise<void>
}

/** A node opened in this process. */
interface LocalNode {
  fetch(request: Request): Promise<Response>
  adopt(path: string): Promise<FileHandle>
  servingUrl: string | null
  stop(): Promise<void>
}

export interface ConnectionOptions {
  url: string | undefined
  key: string | undefined
  dataDirectory: string
  /** True where the command needs the inference door. */
  serving: boolean
}

export interface NodeAccess {
  findRunning(
    dataDirectory: string,
  ): Promise<{ url: string | null; servingUrl: string | null; token: string | null } | null>
  openLocal(dataDirectory: string, serving: boolean): Promise<LocalNode>
}

export async function connect(access: NodeAccess, options: ConnectionOptions): Promise<Connection> {
  if (options.url !== undefined) return overHttp(options.url, options.key, null)
  const running = await access.findRunning(options.dataDirectory)
  if (running?.url)
    return overHttp(running.url, options.key ?? running.token ?? undefined, running.servingUrl)
  return inProcess(await access.openLocal(options.dataDirectory, options.serving))
}

function inProcess(node: LocalNode): Connection {
  return {
    client: createClient({ url: 'http://outpost.local/api', fetch: (request) => node.fetch(request) }),
    servingUrl: node.servingUrl,
    upload: (path) => node.adopt(path),
    download: (path, output, onProgress) =>
      save((url) => node.fetch(new Request(url)), `http://outpost.local${path}`, output, onProgress),
    close: () => node.stop(),
  }
}

function overHttp(url: string, key: string | undefined, servingUrl: string | null): Connection {
  const base = url.replace(/\/+$/, '')
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {}
  const reach = async (request: Request): Promise<Response> => {
    try {
      return await fetch(request)
    } catch (cause) {
      throw new OutpostError('NODE_UNREACHABLE', `No node answers at ${base}.`, {
        hint: 'Is it running, and is the address right?',
        cause,
      })
    }
  }
  return {
    client: createClient({ url: `${base}/api`, headers: () => headers, fetch: reach }),
    servingUrl,
    async upload(path, onProgress) {
      const { size } = await stat(path)
      let sent = 0
      const source = createReadStream(path, { highWaterMark: 1 << 20 })
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
        } as RequestInit),
      )
      await refuseFailure(response)
      return (await response.json()) as FileHandle
    },
    download: (path, output, onProgress) =>
      save((target) => reach(new Request(target, { headers })), `${base}${path}`, output, onProgress),
    close: async () => undefined,
  }
}

async function save(
  get: (url: string) => Promise<Response>,
  url: string,
  output: string,
  onProgress: (fraction: number) => void,
): Promise<number> {
  const response = await get(url)
  await refuseFailure(response)
  const body = response.body
  if (!body) throw new OutpostError('NODE_UNREACHABLE', 'The node answered without a body.')
  const total = Number(response.headers.get('content-length') ?? 0)
  let received = 0
  await writeAtomically(output, async (_file, temporary) => {
    const source = Readable.fromWeb(body as never)
    source.on('data', (chunk: Buffer) => {
      received += chunk.byteLength
      onProgress(received / Math.max(total, 1))
    })
    await pipeline(source, createWriteStream(temporary, { highWaterMark: 1 << 20 }))
  })
  return received
}

async function refuseFailure(response: Response): Promise<void> {
  if (response.ok) return
  const parsed = problem.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw new OutpostError('NODE_UNREACHABLE', `The node answered ${response.status}.`)
  throw OutpostError.fromFailure({ ...parsed.data, message: parsed.data.detail })
}
