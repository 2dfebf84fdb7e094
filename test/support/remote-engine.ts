/** A model that a remote engine runs, on a serving node of a test, and callers who ask for it there. */
import { newId } from '../../src-main/base/ids.ts'
import { seal } from '../../src-main/base/seal.ts'
import type { RemoteReport } from '../../src-main/contract/remote.ts'
import { remoteTokenPurpose } from '../../src-main/engine/remote/remote-token.ts'
import { insertRemote } from '../../src-main/store/tables/remote-engines.ts'
import { linearGraph, linearModel } from './served-models.ts'
import type { ServingProcess } from './serving-child.ts'
import type { ServingNode } from './serving-node.ts'

export const remoteModel = 'acme.linear'
export const remotePath = `/v1/models/${remoteModel}/inference`
export const remoteBody = { inputs: [1, 2, 3, 4] }

export const registerLinear = (node: ServingNode, version: string): Promise<string> =>
  node.register({ model: remoteModel, version, onnx: linearModel(4, 3), graph: linearGraph(4, 3) })

interface Engine {
  /** What it calls the model. */
  model?: string
  version?: string
  token?: string | null
  timeoutMs?: number
}

/** A version of the model that the engine "box" runs. */
export async function serveRemotely(
  node: ServingNode,
  url: string,
  { model = remoteModel, version = '1.0.0', token = null, timeoutMs = 2000 }: Engine = {},
): Promise<void> {
  const id = newId()
  insertRemote(node.db, {
    id,
    name: 'box',
    url,
    model,
    modelVersion: null,
    tokenSealed: token === null ? null : seal(Buffer.from(node.pepper, 'hex'), remoteTokenPurpose, id, token),
    timeoutMs,
    createdAt: new Date().toISOString(),
    originNode: 'test',
  })
  node.deploy(remoteModel, remoteModel, await registerLinear(node, version), 'remote:box')
}

/** The last word on the engine that fits. */
export const toldOfRemote = (serving: ServingProcess, fits: (report: RemoteReport) => boolean) =>
  serving.message('report', ({ remotes }) => remotes[0] !== undefined && fits(remotes[0]))

export interface RemoteAnswer {
  status: number
  code: string | null
  provider: string | null
}

export async function askRemote(serving: ServingProcess, key: string): Promise<RemoteAnswer> {
  const { status, body: answer } = await serving.call(remotePath, remoteBody, key)
  const { error, executionProvider } = answer as { error?: { code?: string }; executionProvider?: string }
  const code = (answer as { code?: string }).code ?? error?.code ?? null
  return { status, code, provider: executionProvider ?? null }
}

/** Callers that never stop, until they are told to; what they were answered. */
export function loadRemote(serving: ServingProcess, key: string, callers: number) {
  const answers: RemoteAnswer[] = []
  let stopped = false
  const done = Promise.all(
    Array.from({ length: callers }, async () => {
      while (!stopped) answers.push(await askRemote(serving, key))
    }),
  )
  return {
    answers,
    /** Waits for so many more that fit. */
    more: async (count: number, fits: (answer: RemoteAnswer) => boolean) => {
      const from = answers.length
      while (answers.slice(from).filter(fits).length < count)
        await new Promise((next) => setTimeout(next, 50))
    },
    stop: async () => {
      stopped = true
      await done
    },
  }
}
