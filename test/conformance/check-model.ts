/**
 * One model of the conformance set through the commands of the command line: pack, validate, import, deploy, infer;
 * and, while it is deployed, by the Open Inference Protocol with tensors as JSON, as bytes, and over gRPC.
 * What it answers is compared with what any runtime must answer.
 */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { decodeData, encodeTensor } from '../../src-main/base/tensor-json.ts'
import type { Tensor } from '../../src-main/base/tensors.ts'
import type { Prediction } from '../../src-main/contract/api/serving.ts'
import type { JsonTensor, TensorSpec } from '../../src-main/contract/tensor.ts'
import type { ValidationReport } from '../../src-main/contract/validation.ts'
import type { CommandPath } from './command-path.ts'
import { askByGrpc } from './grpc-inference.ts'
import { askOpenInference } from './open-inference.ts'
import { writeSource } from './source-folder.ts'
import { differenceOf, readTensorFile } from './tensor-file.ts'

/** Absolute and relative. */
const tolerance = 1e-3

/** The check that has to refuse a model; with `unlessLocale` it runs where that locale is installed. */
export interface ExpectedRefusal {
  check: string
  unlessLocale?: string | undefined
}

/** Null where all is right. */
export async function checkModel(
  outpost: CommandPath,
  folder: string,
  expected: ExpectedRefusal | undefined,
): Promise<string | null> {
  const name = basename(folder)
  const id = `${outpost.publisher}.${name.toLowerCase().replaceAll('_', '-').slice(0, 64)}`
  const source = join(outpost.directory, name)
  const packed = `${source}.outpost`
  await writeSource(source, join(folder, 'model.onnx'), id)
  try {
    await outpost.must('pack', source, '-o', packed)
    const { code, answer } = await outpost.run('validate', packed)
    if (code !== 0) return judgeRefusal(answer, expected?.check)
    if (expected && expected.unlessLocale === undefined)
      return `is accepted, but ${expected.check} should refuse it`
    await outpost.must('import', packed)
    await outpost.must('deploy', `${id}@latest`)
    const { graph } = (await outpost.must('inspect', source)) as { graph: Graph }
    const difference = await runCases(outpost, id, graph, folder)
    await outpost.must('undeploy', id)
    return difference
  } finally {
    await rm(source, { recursive: true, force: true })
    await rm(packed, { force: true })
  }
}

interface Graph {
  inputs: TensorSpec[]
  outputs: TensorSpec[]
}

function judgeRefusal(answer: unknown, expected: string | undefined): string | null {
  const checks = (answer as Partial<ValidationReport>).checks
  if (!checks) return `could not be validated: ${JSON.stringify(answer)}`
  const failed = checks.find(({ outcome }) => outcome === 'failed')
  if (failed && failed.name === expected) return null
  const said = `is refused by ${failed?.name}: ${failed?.message}`
  return expected === undefined ? said : `should be refused by ${expected}, but ${said}`
}

async function runCases(
  outpost: CommandPath,
  id: string,
  { inputs, outputs }: Graph,
  folder: string,
): Promise<string | null> {
  const sets = (await readdir(folder)).filter((entry) => entry.startsWith('test_data_set_'))
  for (const set of sets) {
    const tensor = (name: string): Tensor => readTensorFile(join(folder, set, name))
    const item = inputs.map((spec, at) => [spec.name, encodeTensor(tensor(`input_${at}.pb`))])
    const file = join(outpost.directory, `${basename(folder)}.json`)
    await writeFile(file, JSON.stringify(Object.fromEntries(item)))
    const answer = (await outpost.must('infer', id, '--input', `@${file}`)) as Prediction
    const [record = {}] = answer.outputs
    for (const [at, { name }] of outputs.entries()) {
      const difference = differenceOf(asTensor(record[name]), tensor(`output_${at}.pb`), tolerance)
      if (difference !== null) return `${set}: output "${name}" ${difference}`
    }
    const given = inputs.map((spec, at) => ({ ...tensor(`input_${at}.pb`), name: spec.name }))
    for (const form of ['JSON', 'bytes', 'gRPC'] as const) {
      const found =
        form === 'gRPC'
          ? await askByGrpc(outpost.grpc, id, given)
          : await askOpenInference(outpost.door, id, given, form)
      for (const [at, { name }] of outputs.entries()) {
        const own = found.find((one) => one.name === name)
        const difference = own ? differenceOf(own, tensor(`output_${at}.pb`), tolerance) : 'is missing'
        if (difference !== null) return `${set}: by ${form}: output "${name}" ${difference}`
      }
    }
  }
  return sets.length === 0 ? 'has no cases' : null
}

function asTensor(value: unknown): Tensor {
  const { name, datatype, shape, data } = value as JsonTensor
  return { name, datatype, shape, data: decodeData(name, datatype, shape, data) }
}
