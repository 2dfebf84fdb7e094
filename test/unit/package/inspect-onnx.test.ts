/** Reading a graph out of an ONNX file without loading it. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import {
  addModel,
  bytesField,
  elementType,
  floats,
  intField,
  onnxModel,
  tensorType,
} from '../../support/onnx-writer.ts'
import { test } from '../../support/package-folder.ts'

async function inspect(folder: string, model: Uint8Array): Promise<GraphSummary> {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, model)
  return await inspectOnnx(path)
}

test('names inputs, outputs, operators, operator sets and parameters', async ({ folder }) => {
  const graph = await inspect(folder, addModel(4))
  expect(graph).toMatchObject({
    irVersion: 8,
    producer: 'test',
    opsets: [{ domain: 'ai.onnx', version: 17 }],
    operators: [{ domain: 'ai.onnx', name: 'Add', count: 1 }],
    elementTypes: ['float'],
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4], dimensions: ['batch', null] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
    parameterCount: 4,
    unservable: [],
    externalData: [],
  })
})

test('walks nested graphs, functions, constants and training-free metadata', async ({ folder }) => {
  const branch = (value: number) => ({
    nodes: [
      {
        operator: 'Constant',
        outputs: ['c'],
        attributes: [{ name: 'value', tensor: { name: 'c', dims: [1], raw: floats(value) } }],
      },
    ],
    initializers: [{ name: `w${value}`, dims: [2], type: elementType.double, raw: Buffer.alloc(16) }],
    outputs: [{ name: 'c', shape: [1] }],
  })
  const graph = await inspect(
    folder,
    onnxModel({
      nodes: [
        {
          operator: 'If',
          inputs: ['p'],
          outputs: ['y'],
          attributes: [
            { name: 'then_branch', graph: branch(1) },
            { name: 'else_branch', graph: branch(2) },
          ],
        },
        { operator: 'Twice', domain: 'own', inputs: ['x'], outputs: ['z'] },
      ],
      inputs: [
        { name: 'p', shape: [], type: elementType.bool },
        { name: 'x', shape: [2] },
      ],
      outputs: [{ name: 'y', shape: [1] }],
      functions: [
        { domain: 'own', name: 'Twice', nodes: [{ operator: 'Mul', inputs: ['a', 'b'], outputs: ['c'] }] },
      ],
      opsets: { own: 1 },
    }),
  )
  expect(graph.operators.map(({ name, count }) => `${name} ${count}`)).toEqual([
    'Constant 2',
    'If 1',
    'Mul 1',
    'Twice 1',
  ])
  expect(graph.functions).toEqual([{ domain: 'own', name: 'Twice' }])
  expect(graph.parameterCount).toBe(4)
  expect(graph.elementTypes).toEqual(['float', 'bool', 'double'])
})

test('an input with a default need not be fed', async ({ folder }) => {
  const graph = await inspect(
    folder,
    addModel(4, {
      inputs: [
        { name: 'x', shape: ['n', 4] },
        { name: 'w', shape: [4] },
      ],
    }),
  )
  expect(graph.inputs.map(({ name }) => name)).toEqual(['x'])
})

test('tells sequences, maps and unknown types in words, and bfloat16 by name', async ({ folder }) => {
  const value = (name: string, type: Buffer) => Buffer.concat([bytesField(1, name), bytesField(2, type)])
  const sequence = bytesField(4, bytesField(1, tensorType(elementType.float, [1])))
  const map = bytesField(
    5,
    Buffer.concat([intField(1, elementType.int64), bytesField(2, tensorType(elementType.float))]),
  )
  const graph = await inspect(
    folder,
    addModel(4, {
      inputs: [{ name: 'x', shape: ['n', 4], type: elementType.bfloat16 }],
      outputs: [
        value('s', sequence),
        value('m', bytesField(4, bytesField(1, map))),
        value('c', tensorType(14)),
        bytesField(1, 'u'),
        { name: 'r' },
      ],
    }),
  )
  expect(graph.inputs[0]?.datatype).toBe('BF16')
  expect(graph.elementTypes).toContain('bfloat16')
  expect(graph.unservable).toEqual([
    { name: 's', type: 'seq(tensor(float))' },
    { name: 'm', type: 'seq(map(tensor(float)))' },
    { name: 'c', type: 'tensor(complex64)' },
    { name: 'u', type: 'undeclared' },
  ])
  expect(graph.outputs).toEqual([{ name: 'r', datatype: 'FP32', shape: [], unranked: true }])
})

test('lists external data with what the shape says it needs', async ({ folder }) => {
  const graph = await inspect(
    folder,
    addModel(4, {
      initializers: [{ name: 'w', dims: [4], external: { location: 'w.bin', offset: '4096' } }],
    }),
  )
  expect(graph.externalData).toEqual([{ location: 'w.bin', offset: 4096, length: 16 }])
})

test('skips weights: a model of a gibibyte is inspected in a blink', async ({ folder }) => {
  const path = join(folder, 'large.onnx')
  const elements = 2 ** 28
  const value = (number: number, name: string) =>
    bytesField(
      number,
      Buffer.concat([bytesField(1, name), bytesField(2, tensorType(elementType.float, ['n', elements]))]),
    )
  const node = bytesField(
    1,
    Buffer.concat([bytesField(1, 'x'), bytesField(1, 'w'), bytesField(2, 'y'), bytesField(4, 'Add')]),
  )
  const tensor = Buffer.concat([
    intField(1, elements),
    intField(2, 1),
    bytesField(8, 'w'),
    lengthHead(9, elements * 4),
  ])
  const before = Buffer.concat([node, lengthHead(5, tensor.length + elements * 4), tensor])
  const after = Buffer.concat([value(11, 'x'), value(12, 'y')])
  const head = Buffer.concat([
    intField(1, 8),
    lengthHead(7, before.length + elements * 4 + after.length),
    before,
  ])
  const file = openSync(path, 'w')
  writeSync(file, head)
  // The weight itself is a hole in the file.
  writeSync(
    file,
    Buffer.concat([after, bytesField(8, intField(2, 17))]),
    0,
    undefined,
    head.length + elements * 4,
  )
  closeSync(file)
  const heapBefore = process.memoryUsage().arrayBuffers
  const graph = await inspectOnnx(path)
  // The weight was skipped and not read: nothing near its size was ever held.
  expect(process.memoryUsage().arrayBuffers - heapBefore).toBeLessThan(elements)
  expect(graph).toMatchObject({ parameterCount: elements, outputs: [{ name: 'y', shape: [-1, elements] }] })
})

/** The head of a field of wire type 2 whose contents come separately. */
const lengthHead = (number: number, length: number): Buffer => {
  const field = bytesField(number, Buffer.alloc(0))
  return Buffer.concat([field.subarray(0, -1), intField(1, length).subarray(1)])
}
