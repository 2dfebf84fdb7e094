/**
 * The copies of one model in memory, each on an engine thread: loaded where the pool has room, run on the version's
 * own cases before the queue may use it, and out of the queue before it is unloaded.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { HostingSettings } from '../../contract/hosting.ts'
import type {
  EngineOptions,
  ExecutionProvider,
  LoadedModel,
  ModelSource,
  Tuning,
} from '../../engine/engine.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { Batcher } from './batcher.ts'
import type { HostingRooms } from './hosting-rooms.ts'
import type { PoolMember } from './pool.ts'
import type { ProcessingPlan } from './processing-port.ts'
import { tuneModel } from './tuning.ts'
import { type WarmUp, warmUpInputs } from './warm-up.ts'

interface Replica {
  key: string
  bytes: number
  leaveQueue: () => Promise<void>
}

interface ReplicasOptions {
  version: ServedVersion
  settings: HostingSettings & { executionProvider: ExecutionProvider }
  source: ModelSource
  member: PoolMember
  rooms: HostingRooms
  planOf: (loaded: LoadedModel) => Promise<ProcessingPlan>
}

export interface Replicas {
  /** Memory for one more. Not while copies come or go, for which it may have to wait. */
  admit(): Promise<void>
  /** Loads the one that was admitted and lets it take part; the queue is made for the first one that was loaded. */
  add(queue: (loaded: LoadedModel, plan: ProcessingPlan) => Batcher): Promise<void>
  /** Takes the oldest so many out, when they have done what they had begun. */
  remove(count: number): Promise<void>
  count(): number
  bytes(): number
  tuning(): Tuning | null
  /** Why a request should go elsewhere while there is an elsewhere; null where they can answer. */
  refusal(): OutpostError | null
}

/** Its name in the engine, which every run carries, is short for that. */
let nextReplica = 0

/** A model takes a little more memory than its files have bytes, where validation did not measure it. */
const bytesOf = (version: ServedVersion, source: ModelSource): number =>
  Math.max(version.memoryBytes ?? 0, Math.ceil(source.bytes * 1.2))

export function createReplicas({
  version,
  settings,
  source,
  member,
  rooms,
  planOf,
}: ReplicasOptions): Replicas {
  const { engine, pool, tunings } = rooms
  const replicas: Replica[] = []
  const foreseen = bytesOf(version, source)
  let tuning: Tuning | null = null

  /** The key is asked for at each load, so that none succeeds once the license has ended or was taken back. */
  function opened(): ModelSource {
    const { sealed } = version.descriptor
    if (!sealed) return source
    const contentKey = rooms.contentKey(version, sealed.keyId)
    return { ...source, sealed: { contentKey, plainDigests: sealed.digests } }
  }

  async function load(own: string): Promise<{ loaded: LoadedModel; plan: ProcessingPlan }> {
    const stored =
      settings.intraOpThreads === null ? tunings.find(version.versionId, settings.executionProvider) : null
    const options: EngineOptions = {
      executionProvider: settings.executionProvider,
      spinning: settings.spinning ?? false,
      ...(settings.intraOpThreads === null ? {} : { intraOpThreads: settings.intraOpThreads }),
      ...(stored
        ? { tuned: { intraOpThreads: stored.intraOpThreads, fingerprint: stored.fingerprint } }
        : {}),
    }
    const loaded = await engine.load(own, opened(), options)
    try {
      const plan = await planOf(loaded)
      const warmUp = await warmUpInputs(rooms.dataDir, version, plan, rooms.processing.prepareCase)
      const sample = await run(own, warmUp)
      if (stored?.fingerprint === loaded.fingerprint) tuning = stored
      else if (settings.intraOpThreads === null && sample) {
        tuning = await tuneModel(engine, own, sample)
        if (tuning) tunings.keep(version.versionId, settings.executionProvider, tuning)
      }
      return { loaded, plan }
    } catch (error) {
      await engine.unload(own)
      throw error
    }
  }

  /** The first inputs, where the model takes them: what it is tuned on. */
  async function run(own: string, { inputs, isMadeUp }: WarmUp): Promise<Tensor[] | null> {
    try {
      for (const one of inputs) await engine.run(own, structuredClone(one), null)
      return inputs[0] ?? null
    } catch (error) {
      if (isMadeUp && error instanceof OutpostError && error.code === 'ENGINE_FAILED') return null
      throw error
    }
  }

  return {
    admit: () => pool.admit(member, foreseen, replicas.length === 0),
    add: async (queue) => {
      const own = `${version.versionId}#${nextReplica++}`
      try {
        const { loaded, plan } = await load(own)
        // The process grows by what else goes on in it too, so that a measure far off says nothing.
        const bytes = Math.min(loaded.bytesLoaded, 3 * foreseen)
        pool.measured(member, foreseen, bytes)
        const leaveQueue = queue(loaded, plan).join((inputs, outputs) => engine.run(own, inputs, outputs))
        replicas.push({ key: own, bytes, leaveQueue })
      } catch (error) {
        pool.release(member, foreseen)
        throw error
      }
    },
    remove: async (count) => {
      for (const replica of replicas.splice(0, count)) {
        await replica.leaveQueue()
        await engine.unload(replica.key)
        pool.release(member, replica.bytes)
      }
    },
    count: () => replicas.length,
    bytes: () => replicas.reduce((sum, { bytes }) => sum + bytes, 0),
    tuning: () => tuning,
    refusal: () => null,
  }
}
