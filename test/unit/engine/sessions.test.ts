/** The engine with ONNX Runtime itself: FP16 in spite of the binding, devices that fall back in the open, broken files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { candidates } from '../../../src-main/engine/devices.ts'
import type { Engine, ModelSource } from '../../../src-main/engine/engine.ts'
import { createSessions } from '../../../src-main/engine/sessions.ts'
import { externalModel, identityModel, linearModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let folder: string
let engine: Engine
beforeEach(() => {
  folder = temporaryFolder()
  engine = createSessions(folder, null)
})
afterEach(() => engine.close())

function source(onnx: Uint8Array, external: Record<string, Uint8Array> = {}): ModelSource {
  writeFileSync(join(folder, 'model.onnx'), onnx)
  for (const [path, bytes] of Object.entries(external)) writeFileSync(join(folder, path), bytes)
  const file = (path: string) => ({ path, digest: '' })
  return {
    versionId: 'v',
    from: { kind: 'folder', directory: folder },
    modelFile: file('model.onnx'),
    externalData: Object.keys(external).map(file),
    bytes: onnx.byteLength,
  }
}

test('FP16 goes in and comes out bit by bit', async () => {
  await engine.load('m', source(identityModel('FP16', ['n'])), { executionProvider: 'cpu' })
  const data = Uint16Array.of(0x3c00, 0x7bff, 0x0001, 0xfc00, 0x8000)
  const { outputs } = await engine.run('m', [{ name: 'x', datatype: 'FP16', shape: [5], data }], null)
  expect(outputs).toEqual([
    { name: 'y', datatype: 'FP16', shape: [5], data: Uint16Array.of(0x3c00, 0x7bff, 0x0001, 0xfc00, 0x8000) },
  ])
})

test('a device that is not there gives way to the CPU, and the reason is kept', async () => {
  const { executionProvider } = await engine.load('m', source(linearModel(4, 3)), {
    executionProvider: 'directml',
  })
  if (process.platform === 'win32') expect(executionProvider.used).toBe('directml')
  else
    expect(executionProvider).toEqual({
      requested: 'directml',
      used: 'cpu',
      reason: expect.stringMatching(/^directml: ./),
    })
})

test('auto tries what the runtime brings, the CPU last', () => {
  expect(candidates('auto', ['cpu', 'webgpu'])).toEqual(['cpu'])
  expect(candidates('auto', ['cpu', 'dml', 'webgpu'])).toEqual(['directml', 'cpu'])
  expect(candidates('cuda', ['cpu'])).toEqual(['cuda', 'cpu'])
  expect(candidates('cpu', ['cuda'])).toEqual(['cpu'])
})

test('external data is found beside the model, variable dimensions are -1 and keep their names', async () => {
  const { model, weights } = externalModel()
  const { inputs } = await engine.load('m', source(model, { 'weights.bin': weights }), {
    executionProvider: 'cpu',
  })
  expect(inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 4], dimensions: ['batch', null] }])
  const x = { name: 'x', datatype: 'FP32' as const, shape: [1, 4], data: Float32Array.of(1, 0, 0, 0) }
  expect((await engine.run('m', [x], null)).outputs[0]?.data).toEqual(Float32Array.of(0, 1, 2))
})

test('errors say what failed: loading, running, or no such model', async () => {
  await expect(
    engine.load('m', source(Buffer.from('no model')), { executionProvider: 'cpu' }),
  ).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' })
  await engine.load('m', source(linearModel(4, 3)), { executionProvider: 'cpu' })
  const wrong = { name: 'x', datatype: 'FP32' as const, shape: [1, 5], data: new Float32Array(5) }
  await expect(engine.run('m', [wrong], null)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  await engine.unload('m')
  await expect(engine.run('m', [wrong], null)).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_READY' })
})
