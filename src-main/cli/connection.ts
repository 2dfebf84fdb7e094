/**
 * One client for every case: a node named by --url, the node that runs on the data folder, or one that is opened in
 * this process for the time of a command. Commands never learn which it is.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { OutpostError } from '../base/errors.ts'
import { type Client, createClient } from '../contract/api/client.ts'
import { problemContentType } from '../contract/problem.ts'
import type { FileHandle } from '../contract/shell.ts'
import { pinnedFetch } from './pinned-fetch.ts'
import { saveBody, sendFile } from './transfer.ts'

type OnProgress = (fraction: number) => void

export interface Connection {
  client: Client
  upload(path: string, onProgress: OnProgress): Promise<FileHandle>
  /** `path` is of the node; returns the bytes that `output` has now. */
  download(path: string, output: string, onProgress: OnProgress): Promise<number>
  close(): Promise<void>
}

/** A node opened in this process. */
interface LocalNode {
  fetch(request: Request): Promise<Response>
  adopt(path: string): Promise<FileHandle>
  stop(): Promise<void>
}

interface RunningNode {
  url: string | null
  /** That it shows under TLS. */
  certificate: string | null
  token: string | null
}

export interface NodeAccess {
  findRunning(dataDirectory: string): Promise<RunningNode | null>
  openLocal(dataDirectory: string, serving: boolean): Promise<LocalNode>
}

export interface ConnectionOptions {
  url: string | undefined
  key: string | undefined
  dataDirectory: string
  /** True where the command needs the inference door. */
  serving: boolean
  /** Ends what goes to the node or comes from it. */
  signal: AbortSignal
}

/** DATA_DIR_IN_USE where something else holds the folder for longer than a wait. */
export async function connect(access: NodeAccess, options: ConnectionOptions): Promise<Connection> {
  const { url, key, dataDirectory, serving, signal } = options
  refuseOddKey(key)
  if (url !== undefined) return overHttp(refuseOddUrl(url), key, signal, fetch)
  const giveUpAt = performance.now() + ownerWaitMs
  for (;;) {
    const running = await access.findRunning(dataDirectory)
    if (running?.url) {
      const send = running.certificate === null ? fetch : pinnedFetch(running.certificate)
      return overHttp(running.url, key ?? running.token ?? undefined, signal, send)
    }
    const isLate = performance.now() > giveUpAt
    if (running === null || isLate) {
      try {
        return inProcess(await access.openLocal(dataDirectory, serving), signal)
      } catch (error) {
        const wasTaken = error instanceof OutpostError && error.code === 'DATA_DIR_IN_USE'
        if (isLate || !wasTaken) throw error // taken since it was looked at: the next look says by whom
      }
    }
    await wait(lookEveryMs, undefined, { signal })
  }
}

/**
 * An owner without an address is a node that is still starting, or another command that will be gone in a moment, as
 * where a script runs two at once: both are worth a wait. What lasts longer is refused when the folder is opened.
 */
const ownerWaitMs = 30_000
const lookEveryMs = 100

function refuseOddUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new OutpostError('CLI_USAGE', `"${url}" is no address of a node.`, {
    hint: 'It looks like http://127.0.0.1:7070.',
  })
}

/** The client needs some address; this one is never looked up. */
const inProcessBase = 'http://outpost.local'

const inProcess = (node: LocalNode, signal: AbortSignal): Connection => ({
  client: createClient({ url: `${inProcessBase}/api`, fetch: (request) => node.fetch(request) }),
  upload: (path) => node.adopt(path),
  download: async (path, output, onProgress) =>
    saveBody(await node.fetch(new Request(`${inProcessBase}${path}`)), output, { onProgress, signal }),
  close: () => node.stop(),
})

/** What OpenSSL and Node.js call a certificate that they do not believe. */
const disbelief = /CERT|SIGNATURE|ISSUER/

function unreachable(base: string, cause: unknown): OutpostError {
  const { code } = {
    code: '',
    ...(cause instanceof Error && cause.cause instanceof Error ? cause.cause : {}),
  }
  if (!disbelief.test(String(code)))
    return new OutpostError('NODE_UNREACHABLE', `No node answers at ${base}.`, {
      hint: 'Is it running, and is the address right?',
      cause,
    })
  return new OutpostError('NODE_UNREACHABLE', `The certificate of ${base} is not believed (${code}).`, {
    hint: 'Name the node as its certificate does; NODE_EXTRA_CA_CERTS=FILE makes an authority of your own known.',
    cause,
  })
}

/** Another server, a proxy, or the node's own inference port. */
function refuseStranger(response: Response, base: string): Response {
  const type = response.headers.get('content-type') ?? ''
  const isOurs = response.ok
    ? /^(application\/json|text\/event-stream)/.test(type) || response.status === 204
    : type.startsWith(problemContentType)
  if (isOurs) return response
  throw new OutpostError(
    'NODE_UNREACHABLE',
    `What answers at ${base} is not the UI and API of a node (status ${response.status}).`,
    { hint: 'Give --url the address that the node prints as its UI, such as http://127.0.0.1:7070.' },
  )
}

/** What no header can carry would be a fault of the HTTP client otherwise. */
function refuseOddKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]*$/.test(key)) return
  throw new OutpostError('CLI_USAGE', 'The key holds characters that no key has.', {
    hint: 'Copy it again as it was shown, without spaces and line ends.',
  })
}

function overHttp(
  url: string,
  key: string | undefined,
  signal: AbortSignal,
  send: (request: Request) => Promise<Response>,
): Connection {
  const base = url.replace(/\/+$/, '')
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {}
  const reach = async (request: Request): Promise<Response> => {
    try {
      return await send(request)
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError') throw cause
      throw unreachable(base, cause)
    }
  }
  const reachApi = async (request: Request): Promise<Response> => refuseStranger(await reach(request), base)
  return {
    client: createClient({ url: `${base}/api`, headers: () => headers, fetch: reachApi }),
    upload: (path, onProgress) => sendFile(reach, base, headers, path, { onProgress, signal }),
    download: async (path, output, onProgress) =>
      saveBody(await reach(new Request(`${base}${path}`, { headers, signal })), output, {
        onProgress,
        signal,
      }),
    close: async () => undefined,
  }
}
