/**
 * Case 63: artifacts that are changed at rest, or between the check of their digest and the load. Whoever may write
 * into the data folder can keep a model from being served; other numbers than the version's never leave the node.
 */
import {
  chmodSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { sha256 } from '../../src-main/base/digest.ts'
import { limits } from '../../src-main/contract/limits.ts'
import type { ModelSource, RunResult } from '../../src-main/engine/engine.ts'
import type { Journal } from '../../src-main/engine/journal.ts'
import { createSessions } from '../../src-main/engine/sessions.ts'
import { blobPath } from '../../src-main/store/blobs/blob-paths.ts'
import { floats } from '../support/onnx-writer.ts'
import { externalModel, linearModel } from '../support/served-models.ts'
import type { ServingNode } from '../support/serving-node.ts'
import { temporaryServingNode } from '../support/temporary-node.ts'

let node: ServingNode
beforeEach(async () => {
  node = await temporaryServingNode()
})

const right = linearModel(4, 3)
/** Other weights and the same length: nothing but the digest tells it from the right one. */
const wrong = linearModel(4, 3, 5)
const { model: outside, weights } = externalModel()
const wrongWeights = floats(...Array.from({ length: 12 }, () => 99))

const blobOf = (bytes: Uint8Array): string => blobPath(node.dataDir, sha256(bytes))

/** Into the file that is there: whoever has it open, or linked, has the new bytes. */
function writeInPlace(path: string, bytes: Uint8Array): void {
  chmodSync(path, 0o600)
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.byteLength, 0)
  closeSync(file)
}

/** Another file under the same name. */
function swap(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes)
  renameSync(`${path}.new`, path)
}

const row = { name: 'x', datatype: 'FP32' as const, shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }

const numbersOf = ({ outputs: [output] }: RunResult): number[] => [...((output?.data ?? []) as Float32Array)]

test('63: an artifact that was changed at rest is not loaded, however it was changed', async () => {
  const at = async (name: string, change: (path: string) => void): Promise<[string, string]> => {
    const weightsOf = Buffer.from(weights)
    weightsOf.writeFloatLE(names.indexOf(name) + 1000) // a blob of its own
    const onnx = linearModel(4, 3, 100 + names.indexOf(name))
    for (const [kind, version] of [
      ['inside', { onnx }],
      ['outside', { onnx: outside, externalData: { 'weights.bin': weightsOf } }],
    ] as const) {
      const model = `acme.${name}-${kind}`
      await node.serve(model, version.onnx, version)
    }
    change(blobOf(onnx))
    change(blobOf(weightsOf))
    return [`acme.${name}-inside`, `acme.${name}-outside`]
  }
  const changes: Record<string, (path: string) => void> = {
    'one-bit': (path) => {
      const bytes = Buffer.alloc(1)
      writeInPlace(path, bytes.fill(0x55))
    },
    'another-file': (path) => swap(path, wrong),
    'a-link': (path) => {
      swap(join(node.dataDir, 'elsewhere'), wrong)
      rmSync(path)
      symlinkSync(join(node.dataDir, 'elsewhere'), path)
    },
    cut: (path) => {
      chmodSync(path, 0o600)
      truncateSync(path, 20)
    },
    longer: (path) => {
      chmodSync(path, 0o600)
      writeFileSync(path, Buffer.alloc(64), { flag: 'a' })
    },
    empty: (path) => swap(path, Buffer.alloc(0)),
    gone: (path) => rmSync(path),
  }
  const names = Object.keys(changes)
  const models: string[] = []
  for (const [name, change] of Object.entries(changes)) models.push(...(await at(name, change)))
  const { secret } = node.createKey()
  const serving = await node.start()
  const found: Record<string, unknown> = {}
  for (const model of models) {
    const path = `/v1/models/${model}/inference`
    const { status, headers } = await serving.call(path, { inputs: [1, 2, 3, 4] }, secret)
    found[model] = [status, headers.get('outpost-error')]
  }
  // A caller hears no more than that; control, and whoever looks at the deployment, hears why.
  expect(found).toEqual(Object.fromEntries(models.map((model) => [model, [500, 'DEPLOYMENT_FAILED']])))
  const reasons = () =>
    serving
      .reports()
      .at(-1)
      ?.deployments.map(({ failure }) => failure?.code)
  await expect.poll(reasons).toEqual(models.map(() => 'ARTIFACT_CORRUPT'))
})

/** A journal that is told of a load when the files were checked and ONNX Runtime has not been called yet. */
const between = (attack: () => void): Journal => ({
  begin: (phase) => phase === 'load' && attack(),
  end: () => undefined,
  close: () => undefined,
})
const sourceOf = (
  bytes: number,
  onnx: Uint8Array,
  external: Record<string, Uint8Array> = {},
): ModelSource => ({
  versionId: 'v',
  from: { kind: 'blobs', dataDir: node.dataDir },
  modelFile: { path: 'model.onnx', digest: sha256(onnx) },
  externalData: Object.entries(external).map(([path, data]) => ({ path, digest: sha256(data) })),
  bytes,
})
const large = limits.bufferLoadBytesMax + 1

test.each([
  ['in the file', writeInPlace],
  ['by another file', swap],
] as const)(
  '63: what is swapped %s between the check and the load is not what runs',
  async (_name, attack) => {
    await node.register({ model: 'acme.linear', version: '1.0.0', onnx: right })
    const external = { 'weights.bin': weights }
    await node.register({ model: 'acme.outside', version: '1.0.0', onnx: outside, externalData: external })
    const run = async (source: ModelSource, change: () => void): Promise<number[]> => {
      const engine = createSessions(node.paths.trees, between(change))
      try {
        await engine.load('m', source, { executionProvider: 'cpu' })
        return numbersOf(await engine.run('m', [row], null))
      } finally {
        await engine.close()
      }
    }
    const nothing = () => undefined
    const inside = await run(sourceOf(1, right), nothing)
    const beside = await run(sourceOf(1, outside, external), nothing)
    const attackWeights = () => attack(blobOf(weights), wrongWeights)
    const putBack = () => writeInPlace(blobOf(weights), weights)
    expect(beside).toEqual([60, 70, 80])

    // In memory since the check: what lies on the disk is of no matter any more.
    expect(await run(sourceOf(1, right), () => attack(blobOf(right), wrong))).toEqual(inside)
    expect(await run(sourceOf(1, outside, external), attackWeights)).toEqual(beside)
    putBack()
    swap(blobOf(right), right)

    // Too large for that: of a link either the checked file is loaded, or it was written to and nothing is.
    const byPath = run(sourceOf(large, outside, external), attackWeights)
    if (attack === swap) expect(await byPath).toEqual(beside)
    else await expect(byPath).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
  },
)

test('63: serving that loads while somebody writes answers with the version, or not at all', async () => {
  const copies = Array.from({ length: 8 }, (_, at) => at)
  for (const at of copies) {
    await node.serve(`inside-${at}`, right, { model: `acme.inside-${at}` })
    const externalData = { 'weights.bin': weights }
    await node.serve(`outside-${at}`, outside, { model: `acme.outside-${at}`, externalData })
  }
  const { secret } = node.createKey()
  let writing = true
  let written = 0
  const attacker = async (path: string, good: Uint8Array, bad: Uint8Array): Promise<void> => {
    for (; writing; written++) {
      // As long as the right bytes lie there as the wrong ones, so that checks pass and loads may hit.
      if (written % 3 === 0) swap(path, written % 2 === 0 ? bad : good)
      else writeInPlace(path, written % 2 === 0 ? bad : good)
      await turn()
    }
  }
  const attacking = [attacker(blobOf(right), right, wrong), attacker(blobOf(weights), weights, wrongWeights)]
  const serving = await node.start()
  const answers: string[] = []
  const tensor = { ...row, data: [1, 2, 3, 4] }
  for (const at of copies) {
    for (const kind of ['inside', 'outside']) {
      const { status, headers, body } = await serving.call(
        `/v2/models/${kind}-${at}/infer`,
        { inputs: [tensor] },
        secret,
      )
      const outputs = (body as { outputs?: Array<{ data: number[] }> }).outputs
      answers.push(status === 200 ? `${kind} ${outputs?.[0]?.data}` : `${headers.get('outpost-error')}`)
    }
  }
  writing = false
  await Promise.all(attacking)
  expect(written).toBeGreaterThan(10)
  swap(blobOf(right), right)
  swap(blobOf(weights), weights)
  const engine = createSessions(node.paths.trees, null)
  await engine.load('m', sourceOf(1, right), { executionProvider: 'cpu' })
  const inside = numbersOf(await engine.run('m', [row], null))
  await engine.close()
  const allowed = new Set(['DEPLOYMENT_FAILED', 'outside 60,70,80', `inside ${inside}`])
  expect(answers.filter((answer) => !allowed.has(answer))).toEqual([])
})
