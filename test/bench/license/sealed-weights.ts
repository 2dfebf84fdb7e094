/**
 * What it costs that weights lie encrypted on the disk: decrypting a file of 170 MB (a ResNet-101), which checks it too,
 * beside reading and hashing it, both from the page cache into memory of their own, in turns; and the same of the whole
 * load of a model of that size.
 */
import { createCipheriv, createHash } from 'node:crypto'
import {
  closeSync,
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sha256 } from '../../../src-main/base/digest.ts'
import type { ModelSource } from '../../../src-main/engine/engine.ts'
import { createSessions } from '../../../src-main/engine/sessions.ts'
import { openSealed } from '../../../src-main/license/sealed-weights/open-sealed.ts'
import { makeContentKey, sealFile } from '../../../src-main/license/sealed-weights/seal-file.ts'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { onnxModel } from '../../support/onnx-writer.ts'
import { type Figure, median, type Part } from '../figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const bytes = 170_000_000
const rounds = 15
const pieceBytes = 1 << 20

export const measureSealedWeights: Part = async () => {
  const folder = temporaryFolder()
  const [plainFile, sealedFile] = [join(folder, 'plain'), join(folder, 'sealed')]
  const noise = noiseOf(bytes)
  writeFileSync(plainFile, noise)
  const digest = sha256(noise)
  const key = makeContentKey()
  const pieces = Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, at) =>
    noise.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  )
  await pipeline(sealFile(pieces, { digest, bytes }, key), createWriteStream(sealedFile))

  const pairs: Array<{ plain: Spent; sealed: Spent }> = []
  for (let round = 0; round < rounds; round++) {
    const plain = spent(() => readHashed(plainFile))
    const sealed = spent(() => openSealed(sealedFile, key))
    if (plain.digest !== digest || sealed.digest !== digest)
      throw new Error('what was read is something else')
    pairs.push({ plain, sealed })
  }
  rmSync(folder, { recursive: true })

  const more = (of: 'wall' | 'cpu') =>
    median(pairs.map(({ plain, sealed }) => 100 * (sealed[of] / plain[of] - 1)))
  const note = `${median(pairs.map(({ plain }) => plain.wall)).toFixed(0)} and ${median(pairs.map(({ sealed }) => sealed.wall)).toFixed(0)} ms`
  return [
    {
      name: 'decrypting 170 MB, which checks them too, more than reading and hashing',
      value: more('wall'),
      unit: '%',
      target: { atMost: 35 },
      note,
    },
    { name: 'the same, of the CPU', value: more('cpu'), unit: '%' },
    await measureLoads(),
  ]
}

const side = 6500 // side × side numbers of 4 bytes are 169 MB
const loads = 9

/** By the engine, from the store of blobs: a large plain model is hashed and mapped, a sealed one opened in memory. */
async function measureLoads(): Promise<Figure> {
  const folder = temporaryFolder()
  const weights = noiseOf(side * side * 4)
  const external = { location: 'weights.bin', offset: '0', length: String(weights.byteLength) }
  const model = onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', dims: [side, side], external }],
    inputs: [{ name: 'x', shape: ['batch', side] }],
    outputs: [{ name: 'y', shape: ['batch', side] }],
  })
  const contentKey = makeContentKey()
  const plainDigests = { 'model.onnx': sha256(model), 'weights.bin': sha256(weights) }
  const store = (bytes: Uint8Array): string => {
    const path = blobPath(folder, sha256(bytes))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    return sha256(bytes)
  }
  const sealed = async (bytes: Uint8Array): Promise<string> => {
    const file = join(folder, 'sealed')
    const facts = { digest: sha256(bytes), bytes: bytes.byteLength }
    await pipeline(sealFile([bytes], facts, contentKey), createWriteStream(file))
    return store(readFileSync(file))
  }
  const sourceOf = (modelDigest: string, weightsDigest: string): ModelSource => ({
    versionId: 'measured',
    from: { kind: 'blobs', dataDir: folder },
    modelFile: { path: 'model.onnx', digest: modelDigest },
    externalData: [{ path: 'weights.bin', digest: weightsDigest }],
    bytes: model.byteLength + weights.byteLength,
  })
  const plainSource = sourceOf(store(model), store(weights))
  const sealedSource = {
    ...sourceOf(await sealed(model), await sealed(weights)),
    sealed: { contentKey, plainDigests },
  }
  const engine = createSessions(join(folder, 'links'), null, openSealed)
  const timed = async (source: ModelSource): Promise<number> => {
    const began = performance.now()
    await engine.load('model', source, { executionProvider: 'cpu' })
    const took = performance.now() - began
    await engine.unload('model')
    return took
  }
  const pairs: Array<{ plain: number; sealed: number }> = []
  for (let round = 0; round < loads; round++)
    pairs.push({ plain: await timed(plainSource), sealed: await timed(sealedSource) })
  await engine.close()
  rmSync(folder, { recursive: true })
  const [plain, opened] = [median(pairs.map((pair) => pair.plain)), median(pairs.map((pair) => pair.sealed))]
  return {
    name: 'loading a sealed model of 169 MB, more than the plain one',
    value: median(pairs.map((pair) => 100 * (pair.sealed / pair.plain - 1))),
    unit: '%',
    target: { atMost: 35 },
    note: `${plain.toFixed(0)} and ${opened.toFixed(0)} ms`,
  }
}

const noiseOf = (length: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, 2), Buffer.alloc(16)).update(Buffer.alloc(length))

interface Spent {
  digest: string
  /** Milliseconds. */
  wall: number
  cpu: number
}

function spent(work: () => { digest: string }): Spent {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const { digest } = work()
  const { user, system } = process.cpuUsage(cpu)
  return { digest, wall: performance.now() - wall, cpu: (user + system) / 1000 }
}

function readHashed(path: string): { digest: string; whole: Buffer } {
  const fd = openSync(path, 'r')
  const whole = Buffer.allocUnsafeSlow(bytes)
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; ) {
    const got = readSync(fd, whole, at, Math.min(pieceBytes, bytes - at), at)
    hash.update(whole.subarray(at, at + got))
    at += got
  }
  closeSync(fd)
  return { digest: `sha256:${hash.digest('hex')}`, whole }
}
