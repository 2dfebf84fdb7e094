/** A change of how an endpoint is hosted: what served before answers until the one that is wanted is loaded. */
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import type { Engine } from '../../../src-main/engine/engine.ts'
import { createEngineThreads } from '../../../src-main/engine/engine-threads.ts'
import { createRequestBodies } from '../../../src-main/flows/serve/request-bodies.ts'
import { createDeployments } from '../../../src-main/serving/hosting/deployments.ts'
import { createPool } from '../../../src-main/serving/hosting/pool.ts'
import { createTunings } from '../../../src-main/serving/hosting/tunings.ts'
import { createRemoteEngines } from '../../../src-main/serving/remote/remote-engines.ts'
import {
  type EndpointRoute,
  type Routes,
  type RouteTarget,
  readRoutes,
} from '../../../src-main/serving/routing/routes.ts'
import { nextSnapshot } from '../../../src-main/store/tables/meta.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

const sources = join(import.meta.dirname, '../../../src-main')
const x: Tensor[] = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }]

/** An engine whose loads of a version wait until they are let through. */
function gated(engine: Engine) {
  const gates = new Map<string, Promise<void>>()
  return {
    engine: {
      ...engine,
      load: async (...asked: Parameters<Engine['load']>) => {
        await gates.get(asked[1].versionId)
        return engine.load(...asked)
      },
    },
    shut: (versionId: string) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      promise.catch(() => undefined)
      gates.set(versionId, promise)
      return { open: resolve, fail: reject }
    },
  }
}

async function serve() {
  const node = await temporaryServingNode()
  const threads = createEngineThreads({
    threads: 1,
    entry: join(sources, 'engine-thread.ts'),
    journal: join(node.dataDir, 'journal'),
    directory: join(node.dataDir, 'links'),
    onStuck: () => undefined,
  })
  const bodies = createRequestBodies(join(sources, 'prepare-thread.ts'))
  const { engine, shut } = gated(threads)
  const pool = createPool(1e9)
  const deployments = createDeployments({
    hosting: {
      engine,
      dataDir: node.dataDir,
      processing: bodies,
      pool,
      remotes: createRemoteEngines(node.db, Buffer.alloc(32), () => undefined),
      contentKey: () => Buffer.alloc(0),
      tunings: createTunings(node.db, () => undefined),
    },
    log: { warn: () => undefined, error: () => undefined } as never,
    onChange: () => undefined,
    shadowFigures: () => null,
    feedback: () => null,
  })
  onTestFinished(async () => {
    await deployments.close()
    await bodies.close()
  })
  const register = (name: string) =>
    node.register({ model: `acme.${name}`, version: '1.0.0', onnx: linearModel(4, 3) })
  return { node, deployments, shut, register, pool }
}

/** The endpoint `first` and its one version. */
function only(routes: Routes): [EndpointRoute, RouteTarget] {
  const endpoint = routes.endpoints.get('first')
  const target = endpoint?.targets[0]
  if (!endpoint || !target) throw new Error('the endpoint has no route')
  return [endpoint, target]
}

/** With the endpoint `first`, loaded. */
async function serveFirst() {
  const { node, deployments, shut, register, pool } = await serve()
  const version = await register('first')
  node.deploy('first', 'acme.first', version)
  const routes = readRoutes(node.db, null)
  await deployments.apply(routes)
  const live = deployments.ready(...only(routes))
  if (!live) throw new Error('it is not ready')
  return { live, version, shut, pool }
}

test('it goes on answering where another change comes to its end before', async () => {
  const { node, deployments, shut, register } = await serve()
  const [first, second] = [await register('first'), await register('second')]
  const follow = () => {
    nextSnapshot(node.db)
    const routes = readRoutes(node.db, null)
    return { routes, done: deployments.apply(routes) }
  }
  node.deploy('first', 'acme.first', first)
  await follow().done

  const ofSecond = shut(second)
  node.deploy('second', 'acme.second', second)
  const other = follow().done
  const ofFirst = shut(first)
  node.setHosting('first', { maxBatchSize: 7 })
  const { routes, done } = follow()
  ofSecond.open()
  await other
  await setImmediate() // what is let go has left by then

  const asked = only(routes)
  const ask = async () => {
    const live = deployments.ready(...asked)
    return (await live?.ready.batcher.submit({ inputs: structuredClone(x), outputs: null }))?.outputs.length
  }
  expect(await ask()).toBe(1)
  ofFirst.open()
  await done
  expect(deployments.ready(...asked)?.ready.settings.maxBatchSize).toBe(7)
  expect(await ask()).toBe(1)
})

test('a request that waits for a reload is refused where the reload fails and nothing else is in memory', async () => {
  const { live, version, shut, pool } = await serveFirst()
  await pool.limit(0)
  await pool.limit(1e9)
  expect(live.ready.replicas()).toBe(0)
  const load = shut(version)
  const reloaded = live.model.reload().catch((error: Error) => error.message)
  const waiting = live.ready.batcher.submit({ inputs: structuredClone(x), outputs: null })
  load.fail(new Error('the disk is gone'))
  await expect(waiting).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' })
  expect(await reloaded).toBe('the disk is gone')
})

test('a request that comes to what was let go is refused, and does not wait for ever', async () => {
  const { live } = await serveFirst()
  await live.model.discard()
  const late = live.ready.batcher.submit({ inputs: structuredClone(x), outputs: null })
  await expect(late).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_READY' })
})

test('a copy that waits for memory when its model is let go does not stay', async () => {
  const { live, version, shut, pool } = await serveFirst()
  await pool.limit(0)
  await pool.limit(1e9)
  const load = shut(version)
  const waiting = live.ready.batcher.submit({ inputs: structuredClone(x), outputs: null })
  const left = Promise.withResolvers<void>()
  const member = (name: string) => ({
    name,
    isPinned: false,
    usedAt: () => 0,
    isBusy: () => false,
    leave: () => left.promise,
  })
  const large = member('large')
  await pool.admit(large, 9e8, true)
  const next = pool.admit(member('next'), 9e8, true) // holds up who comes after it
  const reloaded = live.model.reload()
  load.open()
  await waiting
  const gone = live.model.discard()
  await setImmediate()
  pool.release(large, 9e8)
  left.resolve()
  await Promise.all([next, reloaded, gone])
  expect(live.ready.replicas()).toBe(0)
})
