/**
 * One version loaded on one kind of device, with its queue. Two endpoints that serve the same version share it; it
 * is unloaded when nobody holds it any more and what it had begun is done.
 */
import { failureOf, OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { Failure } from '../../contract/views.ts'
import type { Engine, ExecutionProvider, LoadedModel, ModelSource } from '../../engine/engine.ts'
import { readBlob } from '../../store/blobs/blobs.ts'
import type { ServedVersion } from '../routing/routes.ts'
import { createModelStatistics, type ModelStatistics } from '../watching/statistics.ts'
import { type Batcher, createBatcher } from './batcher.ts'
import type { ProcessingPlan, ProcessingPort } from './processing-port.ts'

export interface ReadyModel {
  loaded: LoadedModel
  batcher: Batcher
  /** Whether requests share runs. */
  mergeable: boolean
  statistics: ModelStatistics
  plan: ProcessingPlan
}

export interface HostedModel {
  readonly key: string
  readonly version: ServedVersion
  /** Settles when it is loaded; rejects with the reason where it cannot be. */
  readonly ready: Promise<ReadyModel>
  /** The same, once it is known. */
  current(): ReadyModel | { failure: Failure } | null
  /** Keeps it loaded until the returned function is called: a request ends where it began. */
  hold(): () => void
  /** Waits until nobody holds it, then frees its memory. */
  discard(): Promise<void>
}

export const hostedKey = (versionId: string, executionProvider: ExecutionProvider): string =>
  `${versionId}|${executionProvider}`

export function hostModel(
  engine: Engine,
  dataDir: string,
  version: ServedVersion,
  executionProvider: ExecutionProvider,
  readLabels: ProcessingPort['readLabels'],
): HostedModel {
  const key = hostedKey(version.versionId, executionProvider)
  let current: ReadyModel | { failure: Failure } | null = null
  let holders = 0
  const whenFree: Array<() => void> = []

  async function load(): Promise<ReadyModel> {
    const labels = await readLabels(version.descriptor.outputs, (path) =>
      readBlob(dataDir, fileOf(version, path).digest, limits.documentBytesMax),
    )
    const loaded = await engine.load(key, sourceOf(dataDir, version), { executionProvider })
    const mergeable = version.batchSafe && [...loaded.inputs, ...loaded.outputs].every(hasVariableRows)
    const statistics = createModelStatistics()
    const batcher = createBatcher({
      run: (inputs, outputs) => engine.run(key, inputs, outputs),
      mergeable,
      onExecution: statistics.execution,
    })
    const { inputs, outputs } = version.descriptor
    const plan = { inputs, outputs, inputSpecs: loaded.inputs, outputSpecs: loaded.outputs, labels }
    return { loaded, batcher, mergeable, statistics, plan }
  }

  const ready = load().then(
    (model) => {
      current = model
      return model
    },
    (error: unknown) => {
      current = { failure: failureOf(error) }
      throw error
    },
  )
  ready.catch(() => undefined) // its state says so; who waits for it hears it too
  return {
    key,
    version,
    ready,
    current: () => current,
    hold: () => {
      holders += 1
      return () => {
        holders -= 1
        if (holders === 0) for (const settle of whenFree.splice(0)) settle()
      }
    },
    discard: async () => {
      await ready.catch(() => null)
      if (holders > 0) await new Promise<void>((resolve) => void whenFree.push(resolve))
      await engine.unload(key)
    },
  }
}

const hasVariableRows = (spec: TensorSpec): boolean => spec.shape[0] === -1

function sourceOf(dataDir: string, version: ServedVersion): ModelSource {
  const { model } = version.descriptor
  const modelFile = fileOf(version, model.file)
  const externalData = model.externalData.map((path) => fileOf(version, path))
  return {
    versionId: version.versionId,
    from: { kind: 'blobs', dataDir },
    modelFile,
    externalData,
    bytes: [modelFile, ...externalData].reduce((sum, file) => sum + file.bytes, 0),
  }
}

function fileOf(version: ServedVersion, path: string): ServedVersion['files'][number] {
  const file = version.files.find((candidate) => candidate.path === path)
  if (file) return file
  throw new OutpostError('ARTIFACT_CORRUPT', `The version has no file ${path}, which its description names.`)
}
