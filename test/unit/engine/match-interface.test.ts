/** Whether a remote model can answer in the place of a version. */
import { expect, test } from 'vitest'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { mismatches } from '../../../src-main/engine/remote/match-interface.ts'

const tensor = (name: string, shape: number[], datatype: TensorSpec['datatype'] = 'FP32'): TensorSpec => ({
  name,
  datatype,
  shape,
})
const version = { inputs: [tensor('x', [-1, 4])], outputs: [tensor('y', [-1, 3])] }

test.each([
  ['the same', { inputs: [tensor('x', [-1, 4])], outputs: [tensor('y', [-1, 3])] }, []],
  ['one that takes more sizes', { inputs: [tensor('x', [-1, -1])], outputs: [tensor('y', [1, 3])] }, []],
  ['more outputs', { inputs: [tensor('x', [-1, 4])], outputs: [tensor('z', [1]), tensor('y', [-1, 3])] }, []],
  ['a server that tells of no tensors', { inputs: [], outputs: [] }, []],
  [
    'one row alone',
    { inputs: [tensor('x', [1, 4])], outputs: [tensor('y', [-1, 3])] },
    ['its input "x" has the shape [1,4], not [-1,4]'],
  ],
  [
    'another rank',
    { inputs: [tensor('x', [4])], outputs: [tensor('y', [-1, 3])] },
    ['its input "x" has the shape [4], not [-1,4]'],
  ],
  [
    'other datatypes',
    { inputs: [tensor('x', [-1, 4], 'FP64')], outputs: [tensor('y', [-1, 3], 'INT8')] },
    ['its input "x" is FP64, not FP32', 'its output "y" is INT8, not FP32'],
  ],
  [
    'an input more, and no output',
    { inputs: [tensor('x', [-1, 4]), tensor('mask', [-1])], outputs: [] },
    ['it wants an input "mask", which the version has not got', 'it has no output "y"'],
  ],
])('%s', (_name, remote, expected) => {
  expect(mismatches(version, remote)).toEqual(expected)
})
