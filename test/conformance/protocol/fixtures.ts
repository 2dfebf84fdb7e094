/** The small models that the items ask. Another server needs them under the same names: --fixtures writes them down. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identityModel, linearModel, slowModel, twoInputModel } from '../../support/served-models.ts'

export const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const

/** By name: oip-id-* give back what they get, [-1, 2]; oip-linear is FP32 [-1, 4] to [-1, 3]; oip-two takes a and b. */
export const fixtures: ReadonlyMap<string, () => Buffer> = new Map<string, () => Buffer>([
  ...datatypes.map(
    (type) => [`oip-id-${type.toLowerCase()}`, () => identityModel(type, ['n', 2])] as [string, () => Buffer],
  ),
  ['oip-linear', () => linearModel(4, 3)],
  ['oip-two', () => twoInputModel()],
  ['oip-slow', () => slowModel(60)],
])

/** As a model repository of Triton's: NAME/1/model.onnx. */
export async function writeFixtures(directory: string): Promise<void> {
  for (const [name, onnx] of fixtures) {
    await mkdir(join(directory, name, '1'), { recursive: true })
    await writeFile(join(directory, name, '1', 'model.onnx'), onnx())
  }
}
