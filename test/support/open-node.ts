/** A whole node with a model that is served over HTTP and gRPC, and a key for everything: what texts are thrown at. */
import { afterAll, beforeAll, expect } from 'vitest'
import { described, register } from './handed-over.ts'
import { linearModel } from './served-models.ts'
import { sharedFolder } from './temporary-folder.ts'
import { localListen, localServingAndGrpc, startWholeNode, type WholeNode } from './whole-node.ts'

export interface OpenNode {
  outpost: WholeNode
  /** For the files of a test. */
  folder: string
  key: string
  control: string
  serving: string
  grpc: string
  /** POST at the door of inference, with the key. */
  ask(path: string, body: string, headers?: Record<string, string>): Promise<Response>
}

/** To be called once in a file. The model is acme.linear@1.0.0, with the tag "plain". */
export function openNode(): OpenNode {
  const open = {} as OpenNode
  const folder = sharedFolder()
  beforeAll(async () => {
    const outpost = await startWholeNode({
      logLevel: 'debug',
      listen: localListen,
      serving: localServingAndGrpc,
    })
    await outpost.client.publishers.rename({ name: 'acme' })
    const metadata = { descriptor: { ...described, tags: ['plain'] } }
    const files = { 'model.onnx': linearModel(4, 3) }
    const made = await register(outpost, { model_name: 'acme.linear', version: '1.0.0', metadata }, files)
    expect(made.status).toBe(201)
    await outpost.client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
    const { secret: key } = await outpost.client.keys.create({ name: 'all', scopes: ['admin', 'infer'] })
    const { controlUrl, servingUrl, grpcAddress } = outpost.node.addresses()
    const serving = servingUrl ?? ''
    Object.assign(open, {
      outpost,
      folder,
      key,
      control: controlUrl ?? '',
      serving,
      grpc: grpcAddress ?? '',
      ask: (path, body, headers) => outpost.ask(key, path, body, headers),
    } satisfies OpenNode)
  })
  afterAll(() => open.outpost[Symbol.asyncDispose]())
  return open
}
