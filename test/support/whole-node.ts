/**
 * A whole node for a test: real SQLite, real blobs, real child processes started from source, ONNX Runtime; only what
 * the test asks to own (the clock) is its own. Everything lies in a folder that is removed at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forkChildren } from '../../src-main/base/child.ts'
import { type Client, createClient } from '../../src-main/contract/api/client.ts'
import type { JobRow } from '../../src-main/contract/views.ts'
import { createNode, type Node, type NodeConfig } from '../../src-main/node.ts'

export const sourceDirectory = join(import.meta.dirname, '..', '..', 'src-main')
export const samplesDirectory = join(import.meta.dirname, '..', '..', 'resources', 'samples')

export interface WholeNode {
  node: Node
  /** As the machine's owner. */
  client: Client
  dataDirectory: string
  /** As anyone: what a socket would bring. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** POST at the door of inference, as a caller with the key; what is no text goes as JSON. */
  ask(key: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** The job's row when it has ended. */
  ended(jobId: string): Promise<JobRow>
  /** Stops the node and keeps the folder. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const somewhere = { host: '127.0.0.1', port: 0, portFixed: false, tls: null }
/** Free ports of this machine: for the UI, for inference, and for inference over gRPC as well. */
export const localListen = { ...somewhere, behindProxy: false } satisfies NodeConfig['listen']
export const localServing = { ...somewhere, grpc: null } satisfies NodeConfig['serving']
export const localServingAndGrpc = {
  ...somewhere,
  grpc: { port: 0, portFixed: false },
} satisfies NodeConfig['serving']

/** All that a node is told, but for its folder, where a test says nothing. */
export const quietNode: Omit<NodeConfig, 'dataDirectory'> = {
  host: 'headless',
  startChild: forkChildren(sourceDirectory, '.ts'),
  listen: null,
  serving: localServing,
  hostsAllowed: [],
  rendererDirectory: null,
  samplesDirectory,
  firstRunSamples: false,
  temporaryKey: false,
  secrets: null,
  logLevel: 'info',
  version: '0.0.0-test',
}

export async function startWholeNode(config: Partial<NodeConfig> = {}): Promise<WholeNode> {
  const dataDirectory = config.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'outpost-test-')))
  const remove = async (): Promise<void> => {
    if (config.dataDirectory === undefined)
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 })
  }
  const node = await started({ ...quietNode, ...config, dataDirectory }).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  let running = true
  const stop = async (): Promise<void> => {
    if (!running) return
    running = false
    await node.stop()
  }
  return {
    node,
    dataDirectory,
    client: createClient({
      url: 'http://localhost/api',
      fetch: (request) => node.fetch(request, { owner: true }),
    }),
    fetch: (path, init) =>
      node.fetch(
        new Request(`http://localhost${path}`, {
          ...init,
          headers: { host: 'localhost', ...(init?.headers as Record<string, string>) },
        }),
      ),
    ask: (key, path, body, headers = {}) =>
      fetch(`${node.addresses().servingUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    ended: (jobId) => node.context.jobs.ended(jobId),
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await remove()
    },
  }
}

async function started(config: NodeConfig): Promise<Node> {
  const node = await createNode(config)
  await node.start()
  return node
}
