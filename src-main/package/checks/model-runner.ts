/**
 * What validation needs of an engine and of pre- and post-processing. Both are handed in: this room judges packages
 * and loads no runtime.
 */
import type { Tensor } from '../../base/tensors.ts'
import type { GraphSummary, PackageDescriptor } from '../../contract/package.ts'
import type { SuiteCase } from '../../contract/suite.ts'
import type { TensorSpec } from '../../contract/tensor.ts'

/** A model where it lies on disk: a private folder in which its files have their names in the package. */
export interface RunnerFiles {
  folder: string
  /** Paths below the folder. */
  modelFile: string
  externalData: string[]
  /** Of the model and its external data together. */
  bytes: number
  /** Of the files once they are opened, where they are sealed. */
  plainDigests: Readonly<Record<string, string>> | undefined
}

export interface RunnerModel {
  /** As the runtime reports them. */
  inputs: TensorSpec[]
  outputs: TensorSpec[]
  /** The tensors belong to the runner afterwards. Throws an OutpostError where the model refuses or fails. */
  run(inputs: Tensor[]): Promise<{ outputs: Tensor[]; computeMs: number }>
  unload(): Promise<void>
}

export interface ModelRunner {
  runtime: { name: string; version: string }
  /** Throws an OutpostError where the runtime refuses the model; anything else is a fault. */
  load(files: RunnerFiles): Promise<RunnerModel>
  /** Resident bytes of the process that runs models; null where nobody knows. */
  residentBytes(): number | null
}

interface Judgement {
  right: boolean
  /** What was expected and what came, in words. */
  message: string
}

/** Turns the inputs of a case into tensors and judges what came out, as the description says. */
export interface CaseProcessing {
  /** Throws INPUT_INVALID. `masks` are copies of those that the outputs are judged with. */
  prepare(inputs: SuiteCase['inputs']): Promise<{ tensors: Tensor[]; masks: Tensor[] }>
  judge(expected: SuiteCase['expected'], outputs: Tensor[], masks: readonly Tensor[]): Promise<Judgement>
}

export interface ProcessingInput {
  descriptor: PackageDescriptor
  graph: GraphSummary
  /** The folder in which the package's files lie under their paths. */
  folder: string
}

export type CreateProcessing = (input: ProcessingInput) => CaseProcessing | Promise<CaseProcessing>
