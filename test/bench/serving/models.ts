/** The multilayer perceptrons that the figures of serving are measured with, and rows for them. */
import type { Tensor } from '../../../src-main/base/tensors.ts'
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import type { ModelSource } from '../../../src-main/engine/engine.ts'
import { onnxModel } from '../../support/onnx-writer.ts'

/** Weights that are alike on every machine; their values do not matter for the time. */
function weights(count: number): Buffer {
  const values = new Float32Array(count)
  for (let at = 0; at < count; at++) values[at] = (((at * 2654435761) >>> 8) % 2000) / 20_000 - 0.05
  return Buffer.from(values.buffer)
}

/** Rows of `layers[0]` numbers in, of the last of them out, with Relu between. */
export function perceptron(layers: readonly number[]): Buffer {
  const last = layers.length - 2
  const nodes = layers.slice(1).flatMap((_, at) => {
    const sum = at === last ? 'y' : `sum${at}`
    const gemm = {
      operator: 'Gemm',
      inputs: [at === 0 ? 'x' : `h${at - 1}`, `w${at}`, `b${at}`],
      outputs: [sum],
    }
    return at === last ? [gemm] : [gemm, { operator: 'Relu', inputs: [sum], outputs: [`h${at}`] }]
  })
  const initializers = layers.slice(1).flatMap((width, at) => {
    const from = layers[at] ?? 0
    return [
      { name: `w${at}`, dims: [from, width], raw: weights(from * width) },
      { name: `b${at}`, dims: [width], raw: weights(width) },
    ]
  })
  return onnxModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', shape: ['batch', layers[0] ?? 0] }],
    outputs: [{ name: 'y', shape: ['batch', layers.at(-1) ?? 0] }],
  })
}

/** As inspect reads it of the file. */
export const perceptronGraph = (layers: readonly number[]): GraphSummary => ({
  irVersion: 10,
  producer: 'bench',
  opsets: [{ domain: '', version: 21 }],
  operators: [],
  functions: [],
  elementTypes: [],
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, layers[0] ?? 0] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, layers.at(-1) ?? 0] }],
  unservable: [],
  parameterCount: 1,
  externalData: [],
  bytes: 1,
})

export const rowOf = (width: number): Tensor[] => [
  { name: 'x', datatype: 'FP32', shape: [1, width], data: new Float32Array(width).fill(0.5) },
]

/** A model that lies as a file in a folder. */
export const sourceIn = (directory: string, file: string, bytes: number): ModelSource => ({
  versionId: file,
  from: { kind: 'folder', directory },
  modelFile: { path: file, digest: '' },
  externalData: [],
  bytes,
})
