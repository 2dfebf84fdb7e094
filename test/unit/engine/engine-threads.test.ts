/** The threads of the engine: a model's own, replaced when it dies, searched for the best number of its own threads. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import type { Engine, ModelSource } from '../../../src-main/engine/engine.ts'
import { createEngineThreads } from '../../../src-main/engine/engine-threads.ts'
import { linearModel, slowModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let folder: string
let engine: Engine
let stuck: string[]
beforeEach(() => {
  stuck = []
  folder = temporaryFolder()
})
afterEach(() => engine.close())

function start(threads: number, threadsMax?: number, entry = '../../../src-main/engine-thread.ts') {
  engine = createEngineThreads({
    threads,
    ...(threadsMax === undefined ? {} : { threadsMax }),
    entry: join(import.meta.dirname, entry),
    journal: join(folder, 'journal'),
    directory: join(folder, 'links'),
    onStuck: (versionId) => void stuck.push(versionId),
  })
}

function source(name: string, onnx: Uint8Array): ModelSource {
  writeFileSync(join(folder, name), onnx)
  return {
    versionId: name,
    from: { kind: 'folder', directory: folder },
    modelFile: { path: name, digest: '' },
    externalData: [],
    bytes: onnx.byteLength,
  }
}

const cpu = { executionProvider: 'cpu' } as const
const x = (shape: number[], name = 'x'): Tensor => ({
  name,
  datatype: 'FP32',
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1),
})

test('a model answers while another one computes, since each has a thread of its own', async () => {
  start(1)
  await engine.load('slow', source('slow.onnx', slowModel(40)), cpu)
  await engine.load('quick', source('quick.onnx', linearModel(4, 3)), cpu)
  expect(engine.health()).toMatchObject({ threads: 2, models: 2 })
  let ended = false
  const slow = engine.run('slow', [x([1, 1])], null).then(() => {
    ended = true
  })
  await engine.run('quick', [x([1, 4])], null)
  expect(ended).toBe(false)
  await slow
})

test('from a number on, models share threads', async () => {
  start(1, 2)
  const onnx = linearModel(4, 3)
  for (const key of ['a', 'b', 'c', 'd']) await engine.load(key, source(`${key}.onnx`, onnx), cpu)
  expect(engine.health()).toMatchObject({ threads: 2, models: 4 })
  for (const key of ['a', 'b', 'c', 'd'])
    expect((await engine.run(key, [x([1, 4])], null)).outputs[0]?.shape).toEqual([1, 3])
})

test('threads without a model are ended, but for one that waits for the next', async () => {
  start(1)
  const onnx = linearModel(4, 3)
  const keys = ['a', 'b', 'c', 'd']
  for (const key of keys) await engine.load(key, source(`${key}.onnx`, onnx), cpu)
  expect(engine.health().threads).toBe(4)
  for (const key of keys) await engine.unload(key)
  expect(engine.health()).toEqual({ threads: 1, models: 0, waiting: 0 })
})

test('a thread that dies is replaced and its models answer again; the third time its model stays out and is told', async () => {
  start(1, 1, '../../support/mortal-engine-thread.ts')
  const onnx = linearModel(4, 3)
  await engine.load('a', source('a.onnx', onnx), cpu)
  await engine.load('b', source('b.onnx', onnx), cpu)
  for (let death = 1; death <= 3; death++) {
    const dying = engine.run('a', [x([1, 4], 'die')], null)
    const waiting = engine.run('b', [x([1, 4])], null)
    await expect(dying).rejects.toMatchObject({ code: 'ENGINE_CRASHED' })
    expect((await waiting).outputs[0]?.shape).toEqual([1, 3])
    if (death < 3) expect((await engine.run('a', [x([1, 4])], null)).outputs).toHaveLength(1)
  }
  await expect(engine.run('a', [x([1, 4])], null)).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_READY' })
  await expect(engine.load('a', source('a.onnx', onnx), cpu)).rejects.toMatchObject({
    code: 'MODEL_SET_ASIDE',
    message: 'The engine thread of this model died 3 times.',
  })
  expect(stuck).toEqual(['a.onnx'])
  expect((await engine.run('b', [x([1, 4])], null)).outputs).toHaveLength(1)
})

test('a search keeps the number of threads that it found best, and the model answers as before', async () => {
  start(1)
  const loaded = await engine.load('slow', source('slow.onnx', slowModel(2)), cpu)
  const before = await engine.run('slow', [x([1, 1])], null)
  const tuning = await engine.tune('slow', [x([1, 1])], 1000)
  expect(tuning).toMatchObject({ spinning: false, fingerprint: loaded.fingerprint })
  expect(tuning?.p99Ms).toBeGreaterThanOrEqual(tuning?.p50Ms ?? 0)
  expect((await engine.run('slow', [x([1, 1])], null)).outputs).toEqual(before.outputs)
})

test('each device is tried by a run: the CPU answers, and one that is not here says why', async () => {
  start(1)
  const devices = await engine.devices()
  expect(devices.map(({ executionProvider }) => executionProvider)).toEqual([
    'cpu',
    'cuda',
    'webgpu',
    'directml',
    'coreml',
  ])
  expect(devices[0]).toEqual({ executionProvider: 'cpu', works: true, reason: '' })
  for (const { works, reason } of devices) expect(reason === '').toBe(works)
})
