/** Validates a small source folder with the real engine, for tests of the ladder. */
import { join } from 'node:path'
import type { ValidationCheck } from '../../src-main/contract/validation.ts'
import type { CaseProcessing } from '../../src-main/package/checks/model-runner.ts'
import { type ValidateOptions, type Validation, validate } from '../../src-main/package/checks/validate.ts'
import { engineRunner } from './engine-runner.ts'
import { addModel, type ModelInput } from './onnx-writer.ts'
import { writeSource } from './package-folder.ts'

export type Source = Parameters<typeof writeSource>

export async function validated(
  folder: string,
  more: Source[1] = {},
  files: Source[2] = {},
  options: Partial<ValidateOptions> = {},
): Promise<Validation> {
  const source = await writeSource(join(folder, 's'), more, files)
  return await validate({ kind: 'folder', path: source }, { runner: engineRunner(folder), ...options })
}

export const withModel = (more: Partial<ModelInput>) => ({ 'model.onnx': addModel(4, more) })
export const failure = ({ report }: Validation): ValidationCheck | undefined =>
  report.checks.find(({ outcome }) => outcome === 'failed')

/** Takes the row of a case as it stands; right is the sum that the case expects. */
export const processing = (): CaseProcessing => ({
  prepare: async (inputs) => ({
    tensors: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: Float32Array.from(inputs.x as number[]) }],
    masks: [],
  }),
  judge: async (expected, outputs) => {
    const actual = String(outputs[0]?.data[0])
    return { right: actual === expected.label, message: `${actual} instead of ${expected.label}` }
  },
})
