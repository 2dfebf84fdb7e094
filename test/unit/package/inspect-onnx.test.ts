/** Reading a graph out of an ONNX file without loading it, and refusing what is none. */
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import { inspectOnnx } from '../../../src-main/package/inspect-onnx.ts'
import {
  addModel,
  bytesField,
  elementType,
  floats,
  intField,
  onnxModel,
  tensorType,
} from '../../support/onnx-writer.ts'
import { refusal, test } from '../../support/package-folder.ts'

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
  const start = performance.now()
  const graph = await inspectOnnx(path)
  expect(performance.now() - start).toBeLessThan(500)
  expect(graph).toMatchObject({ parameterCount: elements, outputs: [{ name: 'y', shape: [-1, elements] }] })
})

/** The head of a field of wire type 2 whose contents come separately. */
const lengthHead = (number: number, length: number): Buffer => {
  const field = bytesField(number, Buffer.alloc(0))
  return Buffer.concat([field.subarray(0, -1), intField(1, length).subarray(1)])
}

describe('refused with ONNX_INVALID', () => {
  const broken: Record<string, Uint8Array> = {
    'an empty file': Buffer.alloc(0),
    text: Buffer.from('hello, this is no model\n'),
    zeros: Buffer.alloc(4096),
    'a ZIP archive': Buffer.from('PK\u0003\u0004 and more of it, as PyTorch writes'),
    'a safetensors file': Buffer.concat([
      Buffer.from([80, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('{"weight":{"dtype":"F32"}}'),
    ]),
    'a Git LFS pointer': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
    'a model without a graph': Buffer.concat([intField(1, 8), bytesField(8, intField(2, 17))]),
    'a model without operator sets': Buffer.concat([intField(1, 8), bytesField(7, Buffer.alloc(0))]),
    'a model with two graphs': Buffer.concat([addModel(), bytesField(7, Buffer.alloc(0))]),
    'a node without an operator': onnxModel({ nodes: [{ operator: '' }] }),
    'a tensor that holds less than it says': addModel(4, {
      initializers: [{ name: 'w', dims: [1000], raw: floats(1) }],
    }),
    'a tensor that holds more than it says': addModel(4, {
      initializers: [{ name: 'w', dims: [1], raw: floats(1, 2) }],
    }),
    'a negative size': addModel(4, { initializers: [{ name: 'w', dims: [-4], raw: floats(1) }] }),
    'sizes whose product no machine has': addModel(4, {
      initializers: [{ name: 'w', dims: [2 ** 40, 2 ** 40] }],
    }),
    'an unknown element type': addModel(4, { initializers: [{ name: 'w', dims: [1], type: 99 }] }),
    'external data of another length': addModel(4, {
      initializers: [{ name: 'w', dims: [4], external: { location: 'w', length: '8' } }],
    }),
    'external data at a negative place': addModel(4, {
      initializers: [{ name: 'w', dims: [4], external: { location: 'w', offset: '-8' } }],
    }),
    'external data without a place': addModel(4, { initializers: [{ name: 'w', dims: [4], external: {} }] }),
  }
  for (const [what, bytes] of Object.entries(broken)) {
    test(what, async ({ folder }) => {
      expect(await refusal(() => inspect(folder, bytes))).toBe('ONNX_INVALID')
    })
  }

  test('a file that is not there, and a folder', async ({ folder }) => {
    expect(await refusal(() => inspectOnnx(join(folder, 'absent.onnx')))).toBe('ONNX_INVALID')
    expect(await refusal(() => inspectOnnx(folder))).toBe('ONNX_INVALID')
  })

  test('graphs nested without end', async ({ folder }) => {
    let inner: Buffer = Buffer.alloc(0)
    for (let depth = 0; depth < 200; depth++) {
      const attribute = bytesField(5, Buffer.concat([bytesField(1, 'body'), bytesField(6, inner)]))
      inner = bytesField(1, Buffer.concat([bytesField(4, 'Loop'), attribute]))
    }
    const model = Buffer.concat([intField(1, 8), bytesField(7, inner), bytesField(8, intField(2, 17))])
    expect(await refusal(() => inspect(folder, model))).toBe('ONNX_INVALID')
  })

  test('a model cut off anywhere, with the place', async ({ folder }) => {
    const whole = addModel(4)
    const path = join(folder, 'model.onnx')
    for (let length = whole.length - 1; length >= 0; length--) {
      writeFileSync(path, whole)
      truncateSync(path, length)
      const error: unknown = await inspectOnnx(path).catch((reason: unknown) => reason)
      expect(error, `${length} bytes`).toMatchObject({ code: 'ONNX_INVALID' })
    }
  })
})

test('whatever bytes a model has, it is read or refused, and nothing else is thrown', async ({ folder }) => {
  const whole = addModel(4)
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(whole)
      for (const [at, bits] of changes) bytes[at] = (bytes[at] ?? 0) ^ bits
      const error: unknown = await inspect(folder, bytes).catch((reason: unknown) => reason)
      if (error instanceof Error) expect(error).toBeInstanceOf(OutpostError)
    }),
    { numRuns: 500 },
  )
})
