/** The models that tests of the engine and of serving run, written by onnx-writer, each with what it is good for. */
import type { GraphSummary } from '../../src-main/contract/package.ts'
import { elementType, floats, onnxModel } from './onnx-writer.ts'

/** TensorProto.DataType by the protocol's names. */
const onnxType = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const

type Datatype = keyof typeof onnxType

/** All that the protocol has. */
export const datatypes = Object.keys(onnxType) as Datatype[]

/** y = x, of any datatype and shape: what goes in must come out, bit by bit. */
export const identityModel = (datatype: Datatype, shape: Array<number | string>): Buffer =>
  onnxModel({
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: onnxType[datatype], shape }],
    outputs: [{ name: 'y', type: onnxType[datatype], shape }],
  })

/** scores = x · w over rows of numbers; `seed` makes other weights, so that two versions answer differently. */
export function linearModel(features: number, classes: number, seed = 0): Buffer {
  const weights = Array.from({ length: features * classes }, (_, at) => (((at + seed) * 7) % 11) / 11 - 0.4)
  return onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }],
    initializers: [{ name: 'w', dims: [features, classes], raw: floats(...weights) }],
    inputs: [{ name: 'x', shape: ['batch', features] }],
    outputs: [{ name: 'scores', shape: ['batch', classes] }],
  })
}

/** As inspect reads it of that file. */
export const linearGraph = (features: number, classes: number): GraphSummary => ({
  irVersion: 8,
  producer: 'test',
  opsets: [],
  operators: [],
  functions: [],
  elementTypes: ['float'],
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, features] }],
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, classes] }],
  unservable: [],
  parameterCount: features * classes,
  externalData: [],
  bytes: 0,
})

/** The same with its weights in a file of their own, `weights.bin`. */
export function externalModel(): { model: Buffer; weights: Buffer } {
  const weights = floats(...Array.from({ length: 12 }, (_, at) => at))
  const model = onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }],
    initializers: [
      { name: 'w', dims: [4, 3], external: { location: 'weights.bin', offset: '0', length: '48' } },
    ],
    inputs: [{ name: 'x', shape: ['batch', 4] }],
    outputs: [{ name: 'scores', shape: ['batch', 3] }],
  })
  return { model, weights }
}

/** sum = a + b, and a second output: two inputs by name, several outputs to choose from. */
export const twoInputModel = (): Buffer =>
  onnxModel({
    nodes: [
      { operator: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { operator: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
    ],
    inputs: [
      { name: 'a', shape: ['batch', 2] },
      { name: 'b', shape: ['batch', 2] },
    ],
    outputs: [
      { name: 'sum', shape: ['batch', 2] },
      { name: 'difference', shape: ['batch', 2] },
    ],
  })

/** Its first row: there has to be one. */
export const firstRowModel = (): Buffer =>
  onnxModel({
    nodes: [{ operator: 'Gather', inputs: ['x', 'at'], outputs: ['y'] }],
    initializers: [{ name: 'at', dims: [1], type: onnxType.INT64, raw: Buffer.alloc(8) }],
    inputs: [{ name: 'x', shape: ['n', 2] }],
    outputs: [{ name: 'y', shape: [1, 2] }],
  })

/** Never ends: a Loop whose condition stays true. What a hang looks like to the engine. */
export const endlessModel = (): Buffer =>
  onnxModel({
    nodes: [
      { operator: 'Not', inputs: ['never'], outputs: ['always'] },
      {
        operator: 'Loop',
        inputs: ['', 'always', 'x'],
        outputs: ['y'],
        attributes: [
          {
            name: 'body',
            graph: {
              nodes: [
                { operator: 'Identity', inputs: ['go'], outputs: ['go_on'] },
                { operator: 'Identity', inputs: ['state'], outputs: ['state_on'] },
              ],
              inputs: [
                { name: 'i', type: onnxType.INT64, shape: [] },
                { name: 'go', type: onnxType.BOOL, shape: [] },
                { name: 'state', shape: [1] },
              ],
              outputs: [
                { name: 'go_on', type: onnxType.BOOL, shape: [] },
                { name: 'state_on', shape: [1] },
              ],
            },
          },
        ],
      },
    ],
    inputs: [
      { name: 'x', shape: [1] },
      { name: 'never', type: onnxType.BOOL, shape: [] },
    ],
    outputs: [{ name: 'y', shape: [1] }],
  })

/** Makes a tensor of the shape that it is given: with numbers that are large enough, more than any memory has. */
export const greedyModel = (): Buffer =>
  onnxModel({
    nodes: [
      { operator: 'ConstantOfShape', inputs: ['x'], outputs: ['made'] },
      { operator: 'ReduceMax', inputs: ['made'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: elementType.int64, shape: [2] }],
    outputs: [{ name: 'y', shape: [1, 1] }],
  })

/** Takes a while: so many products of large matrices for one number in. */
export const slowModel = (rounds: number, side = 512): Buffer =>
  onnxModel({
    nodes: [
      { operator: 'Expand', inputs: ['x', 'shape'], outputs: ['m0'] },
      ...Array.from({ length: rounds }, (_, at) => ({
        operator: 'MatMul',
        inputs: [`m${at}`, 'm0'],
        outputs: [`m${at + 1}`],
      })),
      { operator: 'ReduceMax', inputs: [`m${rounds}`], outputs: ['y'] },
    ],
    initializers: [
      {
        name: 'shape',
        dims: [2],
        type: 7,
        raw: Buffer.from(new BigInt64Array([BigInt(side), BigInt(side)]).buffer),
      },
    ],
    inputs: [{ name: 'x', shape: [1, 1] }],
    outputs: [{ name: 'y', shape: [1, 1] }],
  })

/**
 * The vectors of tokens: each id's own row of a table, [batch, tokens, 3]; row n is [n, 1, -n]. The mask is taken, as
 * transformers take one, and changes nothing.
 */
export function tokenModel(vocabulary = 100): Buffer {
  const table = Array.from({ length: vocabulary }, (_, id) => [id, 1, -id]).flat()
  return onnxModel({
    nodes: [{ operator: 'Gather', inputs: ['table', 'input_ids'], outputs: ['last_hidden_state'] }],
    initializers: [{ name: 'table', dims: [vocabulary, 3], raw: floats(...table) }],
    inputs: [
      { name: 'input_ids', type: onnxType.INT64, shape: ['batch', 'tokens'] },
      { name: 'attention_mask', type: onnxType.INT64, shape: ['batch', 'tokens'] },
    ],
    outputs: [{ name: 'last_hidden_state', shape: ['batch', 'tokens', 3] }],
  })
}

/** A vector of a text, which has to be a number: "2" is [2, 4, 6, 8]. */
export const spelledNumberModel = (): Buffer =>
  onnxModel({
    nodes: [
      { operator: 'Cast', inputs: ['text'], outputs: ['number'], attributes: [{ name: 'to', int: 1 }] },
      { operator: 'MatMul', inputs: ['number', 'w'], outputs: ['vector'] },
    ],
    initializers: [{ name: 'w', dims: [1, 4], raw: floats(1, 2, 3, 4) }],
    inputs: [{ name: 'text', type: onnxType.BYTES, shape: ['batch', 1] }],
    outputs: [{ name: 'vector', shape: ['batch', 4] }],
  })
