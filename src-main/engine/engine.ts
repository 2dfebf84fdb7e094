/**
 * What the rest of the product may ask of an engine: load a version's model, run it, unload it, say how it is.
 * The caller never learns whether a model runs in this thread, in another, or in another process.
 */
import type { Tensor } from '../base/tensors.ts'
import type { RemoteProvider } from '../contract/names.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import type { DeviceProbe } from '../contract/views.ts'

export type ExecutionProvider = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'directml' | 'coreml'

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
  /** Where its files are encrypted at rest: they are opened in memory, and are what these digests say, by path. */
  sealed?: { contentKey: Uint8Array; plainDigests: Readonly<Record<string, string>> }
}

export interface EngineOptions {
  executionProvider: ExecutionProvider
  /** Threads of one operator; small models answer sooner and use less with 1 (the default for them). */
  intraOpThreads?: number
  /** What a search found before: used where no number is set, and the machine is the same. */
  tuned?: Pick<Tuning, 'intraOpThreads' | 'fingerprint'>
  /** True keeps idle operator threads busy waiting: a core is burned at 100 requests a second. */
  spinning?: boolean
}

/** What a search on this machine found to answer soonest; spinning is not searched, since it burns a core. */
export interface Tuning {
  intraOpThreads: number
  spinning: boolean
  /** Of a run with one item, in milliseconds. */
  p50Ms: number
  p99Ms: number
  /** Of the machine and the runtime: elsewhere the search is made again. */
  fingerprint: string
}

export interface LoadedModel {
  inputs: TensorSpec[]
  outputs: TensorSpec[]
  executionProvider: {
    requested: ExecutionProvider | RemoteProvider
    used: Exclude<ExecutionProvider, 'auto'> | RemoteProvider
    reason: string | null
  }
  loadMs: number
  /** How far the process grew, at least the bytes of the files. */
  bytesLoaded: number
  intraOpThreads: number
  spinning: boolean
  fingerprint: string
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
  /**
   * Looks for the number of threads that answers soonest and keeps it, before the model serves: so many milliseconds
   * at most. Null where a search would take longer than it is worth.
   */
  tune(key: string, inputs: Tensor[], budgetMs: number): Promise<Tuning | null>
  /** Tries each device by a run; the first answer is kept. */
  devices(): Promise<DeviceProbe[]>
  health(): EngineHealth
  close(): Promise<void>
}
