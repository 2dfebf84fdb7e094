/**
 * Sessions of ONNX Runtime in the thread that calls: load, run, release. Every call blocks this thread while native
 * code runs, so it is used inside engine threads, and by processes that have nothing else to do.
 */

import { availableParallelism } from 'node:os'
import { env, InferenceSession, listSupportedBackends } from 'onnxruntime-node'
import { OutpostError } from '../base/errors.ts'
import type { Tensor } from '../base/tensors.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import type { DeviceProbe } from '../contract/views.ts'
import { candidates, createOnDevice, firstLine, probeDevices } from './devices.ts'
import type {
  Engine,
  EngineOptions,
  ExecutionProvider,
  LoadedModel,
  ModelSource,
  RunResult,
  Tuning,
} from './engine.ts'
import type { Journal } from './journal.ts'
import { isLarge, type Loadable, noneSealed, type OpenSealed, prepareFiles, wipe } from './load-files.ts'
import { machineFingerprint } from './machine.ts'
import { fromOrtTensor, type HalfInput, halfInputOf, ortTensor, specOf } from './ort-tensors.ts'
import { searchThreads } from './search-threads.ts'
import { slowRunMs, yieldToOthers } from './yield-to-others.ts'

interface Held {
  session: InferenceSession
  versionId: string
  source: ModelSource
  used: Exclude<ExecutionProvider, 'auto'>
  loadMs: number
  intraOpThreads: number
  spinning: boolean
  /** Removes the hard links of a model that was loaded by path; some systems keep a mapped file's name taken. */
  discard: () => Promise<void>
}

// What goes wrong is thrown, kept and told; the runtime would write it into the terminal of whoever started the node too.
env.logLevel = 'fatal'

export const runtimeVersion: string = env.versions.node ?? 'unknown'

/** Words of the C++ runtime for memory that could not be had; its errors carry no code. */
const outOfMemory = /bad_alloc|Failed to allocate memory|out of memory|BFCArena/i

/** True for an error of load or run that memory alone is the reason of. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof OutpostError && error.cause !== undefined && outOfMemory.test(firstLine(error.cause))

function fault(code: 'DEPLOYMENT_FAILED' | 'ENGINE_FAILED', what: string, error: unknown): OutpostError {
  if (error instanceof OutpostError) return error
  const reason = firstLine(error)
  const words = outOfMemory.test(reason) ? 'there was not enough memory.' : reason
  return new OutpostError(code, `${what}: ${words}`, { details: { reason }, cause: error })
}

function threadsFor(source: ModelSource, { intraOpThreads, tuned }: EngineOptions): number {
  if (intraOpThreads !== undefined) return intraOpThreads
  if (tuned?.fingerprint === machineFingerprint(runtimeVersion)) return tuned.intraOpThreads
  return isLarge(source) ? availableParallelism() : 1
}

function sessionOptions(intraOpThreads: number, spinning: boolean, provider: string) {
  const spin = spinning ? '1' : '0'
  return {
    executionProviders: [provider],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential' as const,
    logSeverityLevel: 4 as const,
    // Honoured by the Node.js binding although its type says WebAssembly only.
    extra: { session: { intra_op: { allow_spinning: spin }, inter_op: { allow_spinning: spin } } },
  }
}

function createFrom(files: Loadable, options: ReturnType<typeof sessionOptions>): Promise<InferenceSession> {
  if (files.kind === 'path') return createUnchanged(files, options)
  const { bytes, externalData } = files
  return InferenceSession.create(bytes, externalData.length === 0 ? options : { ...options, externalData })
}

async function createUnchanged(
  files: Loadable & { kind: 'path' },
  options: ReturnType<typeof sessionOptions>,
): Promise<InferenceSession> {
  const session = await InferenceSession.create(files.path, options)
  try {
    await files.refuseChanged()
    return session
  } catch (error) {
    await session.release()
    throw error
  }
}

const buffersOf = ({ bytes, externalData }: Loadable & { kind: 'buffer' }): Uint8Array[] => [
  bytes,
  ...externalData.map(({ data }) => data),
]

/** What was sealed at rest is not left behind in free memory. */
function discardBuffers(files: Loadable & { kind: 'buffer' }, { sealed }: ModelSource): void {
  for (const bytes of buffersOf(files)) {
    if (sealed) wipe(bytes)
    giveBack(bytes)
  }
}

/** An engine without threads of its own. `directory` takes the hard links of models that are loaded by path. */
export function createSessions(
  directory: string,
  journal: Journal | null,
  openSealed: OpenSealed = noneSealed,
): Engine {
  const held = new Map<string, Held>()
  let half: Promise<HalfInput> | undefined
  let isLow = journal === null // a process that does nothing else has nobody to yield to
  const lowerPriority = () => {
    if (!isLow) yieldToOthers()
    isLow = true
  }
  const halfInput = () => {
    half ??= halfInputOf((model) => InferenceSession.create(model, { executionProviders: ['cpu'] }))
    return half
  }

  async function load(key: string, source: ModelSource, options: EngineOptions): Promise<LoadedModel> {
    const started = performance.now()
    const grownFrom = process.memoryUsage.rss()
    const files = await prepareFiles(source, directory, openSealed)
    if (isLarge(source)) lowerPriority()
    const intraOpThreads = threadsFor(source, options)
    const spinning = options.spinning === true
    journal?.begin('load', source.versionId)
    try {
      const bundled = listSupportedBackends().filter((backend) => backend.bundled)
      const wanted = candidates(
        options.executionProvider,
        bundled.map((backend) => backend.name),
      )
      const { session, used, reason } = await createOnDevice(wanted, (provider) => {
        const chosen = sessionOptions(intraOpThreads, spinning, provider)
        return createFrom(files, chosen)
      })
      const loadMs = performance.now() - started
      await unload(key)
      const discard = files.kind === 'path' ? files.discard : async () => undefined
      const { versionId } = source
      held.set(key, { session, versionId, source, used, loadMs, intraOpThreads, spinning, discard })
      return {
        inputs: specs(session.inputMetadata),
        outputs: specs(session.outputMetadata),
        executionProvider: { requested: options.executionProvider, used, reason },
        loadMs,
        bytesLoaded: Math.max(process.memoryUsage.rss() - grownFrom, source.bytes),
        intraOpThreads,
        spinning,
        fingerprint: machineFingerprint(runtimeVersion),
      }
    } catch (error) {
      if (files.kind === 'path' && !held.has(key)) await files.discard()
      throw fault('DEPLOYMENT_FAILED', 'ONNX Runtime could not load the model', error)
    } finally {
      if (files.kind === 'buffer') discardBuffers(files, source)
      journal?.end()
    }
  }

  async function run(key: string, inputs: Tensor[], outputs: string[] | null): Promise<RunResult> {
    const model = held.get(key)
    if (!model) throw new OutpostError('DEPLOYMENT_NOT_READY', 'The model is not loaded.')
    const way = inputs.some((input) => input.datatype === 'FP16') ? await halfInput() : 'direct'
    const names = outputs ?? model.session.outputNames
    journal?.begin('run', model.versionId)
    try {
      const feeds = Object.fromEntries(inputs.map((input) => [input.name, ortTensor(input, way)]))
      const started = performance.now()
      const results = await model.session.run(feeds, names)
      const computeMs = performance.now() - started
      if (computeMs > slowRunMs) lowerPriority()
      const answered = names.map((name) => {
        const tensor = results[name]
        if (!tensor) throw new Error(`the model gave no output "${name}"`)
        return fromOrtTensor(name, tensor)
      })
      return { outputs: answered, computeMs }
    } catch (error) {
      throw fault('ENGINE_FAILED', 'ONNX Runtime could not run the model on this input', error)
    } finally {
      journal?.end()
    }
  }

  async function unload(key: string): Promise<void> {
    const model = held.get(key)
    if (!model) return
    held.delete(key)
    await model.session.release()
    await model.discard()
  }

  async function tune(key: string, inputs: Tensor[], budgetMs: number): Promise<Tuning | null> {
    const model = held.get(key)
    if (model?.used !== 'cpu') return null
    const way = inputs.some((input) => input.datatype === 'FP16') ? await halfInput() : 'direct'
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, ortTensor(input, way)]))
    const current = { intraOpThreads: model.intraOpThreads, session: model.session }
    journal?.begin('run', model.versionId)
    try {
      const best = await searchThreads(current, feeds, {
        loadMs: model.loadMs,
        budgetMs,
        create: async (threads) => {
          const files = await prepareFiles(model.source, directory, openSealed)
          const chosen = sessionOptions(threads, model.spinning, 'cpu')
          const created = createFrom(files, chosen)
          return created.finally(() =>
            files.kind === 'path' ? files.discard() : discardBuffers(files, model.source),
          )
        },
      })
      model.session = best.session
      model.intraOpThreads = best.intraOpThreads
      const { intraOpThreads, p50Ms, p99Ms } = best
      const fingerprint = machineFingerprint(runtimeVersion)
      return { intraOpThreads, spinning: model.spinning, p50Ms, p99Ms, fingerprint }
    } catch (error) {
      throw fault('ENGINE_FAILED', 'ONNX Runtime could not run the model while it was measured', error)
    } finally {
      journal?.end()
    }
  }

  let probed: Promise<DeviceProbe[]> | undefined
  return {
    load,
    run,
    unload,
    tune,
    devices: () => {
      probed ??= probeDevices((model, provider) =>
        InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 }),
      )
      return probed
    },
    health: () => ({ threads: 0, models: held.size, waiting: 0 }),
    close: async () => {
      for (const key of [...held.keys()]) await unload(key)
      journal?.close()
    },
  }
}

/** The file as it was read is of no use any more; its memory is not left to the collector of garbage. */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

function specs(metadata: readonly InferenceSession.ValueMetadata[]): TensorSpec[] {
  return metadata.map((meta) => {
    const spec = specOf(meta)
    if (!spec) {
      throw new OutpostError('ONNX_UNSUPPORTED', `"${meta.name}" is no tensor, so it cannot be served.`)
    }
    return spec
  })
}
