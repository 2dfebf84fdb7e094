/** The way of a package from a folder to an answer, on a whole node: pack, inspect, import, deploy, infer. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forkChildren } from '../../src-main/base/child.ts'
import { decodeData, encodeTensor } from '../../src-main/base/tensor-json.ts'
import type { Tensor } from '../../src-main/base/tensors.ts'
import { createClient } from '../../src-main/contract/api/client.ts'
import type { JsonTensor, TensorSpec } from '../../src-main/contract/tensor.ts'
import type { JobRow } from '../../src-main/contract/views.ts'
import { createNode } from '../../src-main/node.ts'
import { pack } from '../../src-main/package/pack.ts'
import { readSource } from '../../src-main/package/read-source.ts'

export type NodePath = Awaited<ReturnType<typeof openNodePath>>

export async function openNodePath() {
  const directory = await mkdtemp(join(tmpdir(), 'outpost-conformance-'))
  const node = await createNode({
    dataDirectory: join(directory, 'data'),
    host: 'headless',
    startChild: forkChildren(join(import.meta.dirname, '../../src-main'), '.ts'),
    listen: null,
    serving: { host: '127.0.0.1', port: 0, portFixed: false, tls: null },
    hostsAllowed: [],
    rendererDirectory: null,
    samplesDirectory: directory,
    firstRunSamples: false,
    temporaryKey: false,
    secrets: null,
    logLevel: 'error',
    version: '0.0.0',
  })
  await node.start()
  const client = createClient({
    url: 'http://localhost/api',
    fetch: (request) => node.fetch(request, { owner: true }),
  })
  const { name: publisher } = await client.publishers.own({})
  const { secret } = await client.keys.create({ name: 'conformance', scopes: ['infer'] })
  const { servingUrl } = node.addresses()

  async function ask(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${servingUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as { error?: unknown }
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer.error)}`)
    return answer
  }

  return {
    directory,
    publisher,
    /** Packs a source folder, signed with the node's own key, and imports the package. */
    async install(folder: string): Promise<JobRow> {
      const output = join(directory, 'model.outpost')
      await pack(await readSource(folder), {
        output,
        signer: { publisher, privateKey: node.context.secrets.publisherKey() },
      })
      const { handle } = await node.adopt(output)
      const { packageId } = await client.packages.inspect({ handle })
      const { jobId } = await client.packages.import({ packageId })
      await node.context.jobs.ended(jobId)
      return client.jobs.get({ id: jobId })
    },
    deploy: (model: string) => client.deployments.deploy({ model, version: 'latest' }),
    remove: (endpoint: string) => client.deployments.remove({ endpoint }),
    tensorsOf: async (endpoint: string) =>
      (await ask(`/v2/models/${endpoint}`)) as { inputs: TensorSpec[]; outputs: TensorSpec[] },
    async infer(endpoint: string, inputs: Tensor[]): Promise<Tensor[]> {
      const answer = (await ask(`/v2/models/${endpoint}/infer`, { inputs: inputs.map(encodeTensor) })) as {
        outputs: JsonTensor[]
      }
      return answer.outputs.map(({ name, datatype, shape, data }) => ({
        name,
        datatype,
        shape,
        data: decodeData(name, datatype, shape, data),
      }))
    },
    predict: (model: string, inputs: unknown) => ask(`/v1/models/${model}/inference`, { inputs }),
    async close() {
      await node.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
