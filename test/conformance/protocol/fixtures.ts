/** The small models that the items ask. Another server needs them under the same names: --fixtures writes them down. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageDescriptorInput } from '../../../src-main/contract/package.ts'
import {
  datatypes,
  identityModel,
  linearModel,
  slowModel,
  spelledNumberModel,
  tokenModel,
  twoInputModel,
} from '../../support/served-models.ts'

/** By name: oip-id-* give back what they get, [-1, 2]; oip-linear is FP32 [-1, 4] to [-1, 3]; oip-two takes a and b; oip-texts and oip-tokens give vectors. */
export const fixtures: ReadonlyMap<string, () => Buffer> = new Map<string, () => Buffer>([
  ...datatypes.map(
    (type) => [`oip-id-${type.toLowerCase()}`, () => identityModel(type, ['n', 2])] as [string, () => Buffer],
  ),
  ['oip-linear', () => linearModel(4, 3)],
  ['oip-two', () => twoInputModel()],
  ['oip-slow', () => slowModel(60)],
  ['oip-texts', () => spelledNumberModel()],
  ['oip-tokens', () => tokenModel()],
])

/** What the packages of some declare of them. */
export const declared: Readonly<Record<string, Partial<PackageDescriptorInput>>> = {
  'oip-texts': {
    inputs: [{ kind: 'text', tensor: 'text', charsMax: 20 }],
    outputs: [{ kind: 'embedding', tensor: 'vector' }],
    suite: 'suite.jsonl',
  },
  'oip-tokens': { outputs: [{ kind: 'embedding', tensor: 'last_hidden_state', pooling: 'mean' }] },
}

/** The cases of a suite, where any made-up input is refused. */
export const cases: Readonly<Record<string, readonly object[]>> = {
  'oip-texts': [{ id: 'two', inputs: { text: '2' }, expected: { embedding: [2, 4, 6, 8] } }],
}

/** As a model repository of Triton's: NAME/1/model.onnx. */
export async function writeFixtures(directory: string): Promise<void> {
  for (const [name, onnx] of fixtures) {
    await mkdir(join(directory, name, '1'), { recursive: true })
    await writeFile(join(directory, name, '1', 'model.onnx'), onnx())
  }
}
