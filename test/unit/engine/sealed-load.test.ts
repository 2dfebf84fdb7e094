/** Sealed weights in the engine and on the ladder of checks: what is opened is what the signed description says. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { sha256 } from '../../../src-main/base/digest.ts'
import type { ModelSource } from '../../../src-main/engine/engine.ts'
import { createSessions } from '../../../src-main/engine/sessions.ts'
import { contentKeyId } from '../../../src-main/license/sealed-weights/format.ts'
import {
  inspectSealed,
  openSealed,
  openVerified,
} from '../../../src-main/license/sealed-weights/open-sealed.ts'
import { makeContentKey, sealFile } from '../../../src-main/license/sealed-weights/seal-file.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import { onnxModel } from '../../support/onnx-writer.ts'
import { card, descriptor } from '../../support/package-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const key = makeContentKey()
const weights = Buffer.from(Float32Array.of(2, 0, 0, 3).buffer)
const model = onnxModel({
  nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  initializers: [
    { name: 'w', dims: [2, 2], external: { location: 'w.bin', offset: '0', length: String(weights.length) } },
  ],
  inputs: [{ name: 'x', shape: ['batch', 2] }],
  outputs: [{ name: 'y', shape: ['batch', 2] }],
})
const plainDigests = { 'model.onnx': sha256(model), 'w.bin': sha256(weights) }

let folder: string
beforeEach(async () => {
  folder = temporaryFolder()
  await sealTo('model.onnx', model)
  await sealTo('w.bin', weights)
})

/** Whoever has the key can say another digest; sealing tells them so at its end. */
async function sealTo(path: string, bytes: Uint8Array, digest = sha256(bytes)): Promise<void> {
  const parts: Buffer[] = []
  try {
    for await (const part of sealFile([bytes], { digest, bytes: bytes.length }, key)) parts.push(part)
  } catch (error) {
    if (digest === sha256(bytes)) throw error
  }
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), Buffer.concat(parts))
}

const source = (change: Partial<ModelSource> = {}): ModelSource => ({
  versionId: 'sealed',
  from: { kind: 'folder', directory: folder },
  modelFile: { path: 'model.onnx', digest: '' },
  externalData: [{ path: 'w.bin', digest: '' }],
  bytes: model.length + weights.length,
  sealed: { contentKey: key, plainDigests },
  ...change,
})

async function answerOf(
  loaded: ModelSource,
  open: typeof openSealed | undefined,
): Promise<number[] | string> {
  const engine = createSessions(folder, null, open)
  try {
    await engine.load('m', loaded, { executionProvider: 'cpu' })
    const x = { name: 'x', datatype: 'FP32' as const, shape: [1, 2], data: Float32Array.of(5, 7) }
    const { outputs } = await engine.run('m', [x], null)
    return [...((outputs[0]?.data ?? []) as Float32Array)]
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await engine.close()
  }
}

test('a sealed model with external data answers, and only with its key, its files and a process that opens them', async () => {
  expect(await answerOf(source(), openSealed)).toEqual([10, 21])
  expect(await answerOf(source(), undefined)).toBe('SEALED_INVALID')
  const contentKey = makeContentKey()
  expect(await answerOf(source({ sealed: { contentKey, plainDigests } }), openSealed)).toBe('SEALED_INVALID')
  // Another file that the same key opens.
  await sealTo('w.bin', Buffer.from(Float32Array.of(2, 0, 0, 4).buffer))
  expect(await answerOf(source(), openSealed)).toBe('SEALED_INVALID')
})

test('a sealed folder is read with its key as the plain one is, and refused without', async () => {
  const description = descriptor({
    model: { file: 'model.onnx', externalData: ['w.bin'] },
    sealed: { keyId: contentKeyId(key), digests: plainDigests },
  })
  await writeFile(join(folder, 'CARD.md'), card)
  await writeFile(join(folder, 'outpost.json'), JSON.stringify(description))
  await expect(readSource(folder, { isPacked: true })).rejects.toMatchObject({ code: 'LIC_NONE' })
  const sealed = {
    open: (path: string) => openVerified(join(folder, path), key),
    plainBytes: (path: string) => inspectSealed(join(folder, path)).plainBytes,
  }
  const { graph } = await readSource(folder, { isPacked: true, sealed })
  expect(graph).toEqual(await inspectOnnx(model))
  // External data is most of a large model.
  const others = Buffer.from(Float32Array.of(2, 0, 0, 4).buffer)
  for (const digest of [sha256(others), sha256(weights)]) {
    await sealTo('w.bin', others, digest)
    await expect(readSource(folder, { isPacked: true, sealed })).rejects.toMatchObject({
      code: 'SEALED_INVALID',
    })
  }
  await writeFile(join(folder, 'model.onnx'), await readFile(join(folder, 'w.bin')))
  await expect(readSource(folder, { isPacked: true, sealed })).rejects.toMatchObject({
    code: 'SEALED_INVALID',
  })
})
