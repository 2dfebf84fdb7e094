/** A model whose engine thread died and could not be loaded again by the next one comes back with a later request. */
import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { defaultHosting } from '../../../src-main/contract/hosting.ts'
import type { Engine } from '../../../src-main/engine/engine.ts'
import { createEngineThreads } from '../../../src-main/engine/engine-threads.ts'
import { createRequestBodies } from '../../../src-main/flows/serve/request-bodies.ts'
import { type HostedModel, hostModel } from '../../../src-main/serving/hosting/hosted-model.ts'
import { createPool } from '../../../src-main/serving/hosting/pool.ts'
import { createTunings } from '../../../src-main/serving/hosting/tunings.ts'
import { createRemoteEngines } from '../../../src-main/serving/remote/remote-engines.ts'
import { readServedVersion, type ServedVersion } from '../../../src-main/serving/routing/routes.ts'
import { linearModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

const source = join(import.meta.dirname, '../../../src-main')
let node: ServingNode
let engine: Engine
let bodies: ReturnType<typeof createRequestBodies>

beforeEach(async () => {
  node = await temporaryServingNode()
  engine = createEngineThreads({
    threads: 1,
    entry: join(import.meta.dirname, '../../support/mortal-engine-thread.ts'),
    journal: join(node.dataDir, 'journal'),
    directory: join(node.dataDir, 'links'),
    onStuck: () => undefined,
  })
  bodies = createRequestBodies(join(source, 'prepare-thread.ts'))
})
afterEach(async () => {
  await engine.close()
  await bodies.close()
})

async function host(): Promise<HostedModel> {
  const id = await node.register({ model: 'acme.lost', version: '1.0.0', onnx: linearModel(4, 3) })
  const pool = createPool(1e9)
  return hostModel(
    {
      engine,
      dataDir: node.dataDir,
      processing: bodies,
      pool,
      remotes: createRemoteEngines(node.db, Buffer.alloc(32), () => undefined),
      contentKey: () => Buffer.alloc(0),
      tunings: createTunings(node.db, () => undefined),
    },
    readServedVersion(node.db, id) as ServedVersion,
    defaultHosting,
  )
}

const x = (name = 'x'): Tensor[] => [
  { name, datatype: 'FP32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) },
]

test('it is loaded again by a request that finds it gone', async () => {
  const model = await host()
  const { batcher } = await model.ready
  const ask = (name?: string) => batcher.submit({ inputs: x(name), outputs: null })
  expect((await ask()).outputs).toHaveLength(1)
  const away = `${node.paths.blobs}.away`
  renameSync(node.paths.blobs, away)
  await expect(ask('die')).rejects.toMatchObject({ code: 'ENGINE_CRASHED' })
  await expect(ask()).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_READY' })
  rmSync(node.paths.blobs, { recursive: true, force: true })
  cpSync(away, node.paths.blobs, { recursive: true })
  await expect.poll(() => ask().then(() => 'answered', String)).toBe('answered')
  await model.discard()
})
