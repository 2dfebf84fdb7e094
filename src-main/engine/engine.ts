/**
 * What the rest of the product may ask of an engine: load a version's model, run it, unload it, say how it is.
 * The caller never learns whether a model runs in this thread, in another, or in another process.
 */
import type { Tensor } from '../base/tensors.ts'
import type { TensorSpec } from '../contract/tensor.ts'

export const executionProviders = ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml'] as const
export type ExecutionProvider = (typeof executionProviders)[number]

/** One file of a version by its declared path; its digest names its blob. */
interface ModelFile {
  path: string
  digest: string
}

export interface ModelSource {
  /** What the journal names when the process dies: the id of the version. */
  versionId: string
  /** The blobs of a data folder, whose digests are checked; or a private folder that the caller vouches for. */
  from: { kind: 'blobs'; dataDir: string } | { kind: 'folder'; directory: string }
  modelFile: ModelFile
  externalData: ModelFile[]
  /** Of all its files together. */
  bytes: number
}

export interface EngineOptions {
  executionProvider: ExecutionProvider
  /** Threads of one operator; small models answer sooner and use less with 1 (the default for them). */
  intraOpThreads?: number
  /** True keeps idle operator threads busy waiting: a core is burned at 100 requests a second. */
  spinning?: boolean
}

export interface LoadedModel {
  inputs: TensorSpec[]
  outputs: TensorSpec[]
  executionProvider: {
    requested: ExecutionProvider
    used: Exclude<ExecutionProvider, 'auto'>
    reason: string | null
  }
  loadMs: number
  /** How far the process grew, at least the bytes of the files. */
  bytesLoaded: number
}

export interface RunResult {
  /** In the order asked for, else in the model's. */
  outputs: Tensor[]
  computeMs: number
}

interface EngineHealth {
  threads: number
  models: number
  /** Runs that wait for a thread. */
  waiting: number
}

/**
 * `key` names one loaded model. Errors: ARTIFACT_CORRUPT (bytes differ from their digest), DEPLOYMENT_FAILED (ONNX
 * Runtime refuses the model), ENGINE_FAILED (it refuses the input), ENGINE_CRASHED (the thread died),
 * MODEL_SET_ASIDE (a run hangs). Tensors that are run belong to the engine afterwards: their memory is handed over.
 */
export interface Engine {
  load(key: string, source: ModelSource, options: EngineOptions): Promise<LoadedModel>
  run(key: string, inputs: Tensor[], outputs: string[] | null): Promise<RunResult>
  unload(key: string): Promise<void>
  health(): EngineHealth
  close(): Promise<void>
}
