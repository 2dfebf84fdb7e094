/**
 * One version as it is hosted: its queue, and its copies in memory, which come and go while it stays ready. Two
 * endpoints that serve the same version alike share it; it ends when nobody holds it any more.
 */
import { availableParallelism } from 'node:os'
import { failureOf, OutpostError } from '../../base/errors.ts'
import { type HostingSettings, isRemote } from '../../contract/hosting.ts'
import { limits } from '../../contract/limits.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { Failure } from '../../contract/views.ts'
import type { LoadedModel, Tuning } from '../../engine/engine.ts'
import { readBlob } from '../../store/blobs/blobs.ts'
import type { ServedVersion } from '../routing/routes.ts'
import { createModelStatistics, type ModelStatistics } from '../watching/statistics.ts'
import { type Batcher, createBatcher } from './batcher.ts'
import type { HostingRooms } from './hosting-rooms.ts'
import { fileOf, sourceOf } from './model-source.ts'
import type { ProcessingPlan } from './processing-port.ts'
import { createRemoteReplicas } from './remote-replicas.ts'
import { createReplicas, type Replicas } from './replicas.ts'

export interface ReadyModel {
  /** As it was loaded last; for one that waits for its first request, what its package says of it. */
  readonly loaded: LoadedModel
  batcher: Batcher
  /** Whether requests share runs. */
  mergeable: boolean
  statistics: ModelStatistics
  plan: ProcessingPlan
  settings: HostingSettings
  /** Null where the threads were set by a person, or nothing could be measured. */
  tuning(): Tuning | null
  /** Copies in memory; none where it is loaded by its next request. */
  replicas(): number
  bytes(): number
  /** Why a request should go elsewhere while there is an elsewhere; null where it can answer. */
  refusal(): OutpostError | null
}

export interface HostedModel {
  readonly key: string
  readonly version: ServedVersion
  /** Settles when it can answer; rejects with the reason where it cannot be loaded. */
  readonly ready: Promise<ReadyModel>
  /** The same, once it is known. */
  current(): ReadyModel | { failure: Failure } | null
  /** Keeps it loaded until the returned function is called: a request ends where it began. */
  hold(): () => void
  /** Loads it anew beside what serves, which leaves then; where that fails, it stays as it was. */
  reload(): Promise<void>
  /** Adds a copy where requests wait for long, lets one go that is not needed, and all after the time it may rest. */
  tend(now: number): void
  /** Waits until nobody holds it, then frees its memory. */
  discard(): Promise<void>
}

export const hostedKey = (versionId: string, settings: HostingSettings): string =>
  `${versionId}|${JSON.stringify(settings)}`

/** Whether a license still permits sealed weights is looked at so often while they are in memory. */
const openableEveryMs = 2000

/** A copy more than the one is let go after so long without being needed. */
const spareMsMax = 30_000

export function hostModel(
  rooms: HostingRooms,
  version: ServedVersion,
  settings: HostingSettings,
): HostedModel {
  const key = hostedKey(version.versionId, settings)
  const statistics = createModelStatistics()
  let current: ReadyModel | { failure: Failure } | null = null
  let batcher: Batcher | null = null
  let last: LoadedModel | null = null
  let holders = 0
  let usedAt = performance.now()
  let busyAt = usedAt
  let openableAt = usedAt
  let pressedSince: number | null = null
  let changing: Promise<void> | null = null
  let growing: Promise<void> | null = null
  let isDiscarded = false
  const whenFree: Array<() => void> = []

  const member = {
    name: `${version.model}@${version.version}`,
    isPinned: settings.pinned,
    usedAt: () => usedAt,
    isBusy: () => holders > 0 || growing !== null,
    leave: () => change(() => replicas.remove(replicas.count())),
  }
  const source = sourceOf(rooms.dataDir, version)
  const { executionProvider } = settings
  const replicas: Replicas = isRemote(executionProvider)
    ? createRemoteReplicas({ version, provider: executionProvider, remotes: rooms.remotes, planOf })
    : createReplicas({
        version,
        settings: { ...settings, executionProvider },
        source,
        member,
        rooms,
        planOf,
      })

  async function planOf({
    inputs,
    outputs,
  }: Pick<LoadedModel, 'inputs' | 'outputs'>): Promise<ProcessingPlan> {
    const { descriptor } = version
    const labels = await rooms.processing.readLabels(descriptor.outputs, (path) =>
      readBlob(rooms.dataDir, fileOf(version, path).digest, limits.documentBytesMax),
    )
    return {
      inputs: descriptor.inputs,
      outputs: descriptor.outputs,
      inputSpecs: inputs,
      outputSpecs: outputs,
      labels,
    }
  }

  /** Copies come and go one after the other. */
  function change(work: () => Promise<void>): Promise<void> {
    const done = (changing ?? Promise.resolve()).then(work, work)
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (changing === settled) changing = null
        if (batcher && batcher.length() > 0) pressed()
      })
    changing = settled
    return done
  }

  function makeReady(loaded: LoadedModel, plan: ProcessingPlan): Batcher {
    last = loaded
    if (batcher) return batcher
    const mergeable = version.batchSafe && [...loaded.inputs, ...loaded.outputs].every(hasVariableRows)
    const made = createBatcher({
      mergeable,
      settings,
      onExecution: statistics.execution,
      onPressure: pressed,
      onFailure: forgetLost,
    })
    batcher = made
    current = {
      get loaded() {
        return last ?? loaded
      },
      batcher: made,
      mergeable,
      statistics,
      plan,
      settings,
      tuning: replicas.tuning,
      replicas: replicas.count,
      bytes: replicas.bytes,
      refusal: replicas.refusal,
    }
    return made
  }

  /** Requests wait. Where no copy is in memory, one is loaded for them; they are refused where it cannot be any more. */
  function pressed(): void {
    pressedSince ??= performance.now()
    if (replicas.count() > 0 || changing) return
    if (isDiscarded) batcher?.refuseAll(letGo(member.name))
    else if (!growing) grow().catch(() => undefined) // who waits for it hears it
  }

  /** A thread that died took its copies along, and the next could not load them again: the next request tries anew. */
  function forgetLost(error: unknown): void {
    const isLost = error instanceof OutpostError && error.code === 'DEPLOYMENT_NOT_READY'
    if (isLost && !changing && !isDiscarded) void change(() => replicas.remove(replicas.count()))
  }

  /** Memory first: to make room, another one may have to wait until this one's copies rest. */
  function grow(andThen: () => Promise<void> = async () => undefined): Promise<void> {
    const own = replicas
      .admit()
      .then(() =>
        change(async () => {
          await replicas.add(makeReady)
          await andThen()
        }),
      )
      .catch((error: unknown) => {
        if (replicas.count() === 0) batcher?.refuseAll(asOutpostError(error))
        throw error
      })
      .finally(() => {
        if (growing === own) growing = null // not the one that waits for memory behind it
      })
    growing = own
    return growing
  }

  async function begin(): Promise<ReadyModel> {
    if (settings.replicasMin === 0 && version.specs) {
      makeReady(foreseen(settings, version.specs), await planOf(version.specs))
    } else await grow()
    return current as ReadyModel
  }

  const ready = begin().catch((error: unknown) => {
    current = { failure: failureOf(error) }
    throw error
  })
  ready.catch(() => undefined) // its state says so; who waits for it hears it too

  return {
    key,
    version,
    ready,
    current: () => current,
    hold: () => {
      holders += 1
      usedAt = performance.now()
      return () => {
        holders -= 1
        if (holders === 0) for (const settle of whenFree.splice(0)) settle()
      }
    },
    reload: () => {
      rooms.tunings.forget(version.versionId)
      return grow(() => replicas.remove(replicas.count() - 1))
    },
    tend: (now) => {
      if (!batcher || changing || growing || isDiscarded) return
      const refusal = now - openableAt > openableEveryMs ? sealedRefusal(rooms, version, settings) : null
      if (refusal && replicas.count() > 0) {
        batcher.refuseAll(refusal)
        void change(() => replicas.remove(replicas.count()))
        return
      }
      if (now - openableAt > openableEveryMs) openableAt = now
      const { waiting, running, instances } = batcher.figures()
      if (waiting === 0) pressedSince = null
      if (running === instances && waiting > 0) busyAt = now
      const most = Math.min(settings.replicasMax, availableParallelism())
      if (instances > 0 && instances < most && pressedSince !== null && now - pressedSince > 1000)
        grow().catch(() => undefined) // it goes on with those that it has
      else if (replicas.count() > 1 && now - busyAt > spareMsMax) void change(() => replicas.remove(1))
      else if (
        instances > 0 &&
        holders === 0 &&
        settings.idleSecondsMax !== null &&
        !settings.pinned &&
        now - usedAt > settings.idleSecondsMax * 1000
      )
        void change(() => replicas.remove(replicas.count()))
    },
    discard: async () => {
      await ready.catch(() => null)
      if (holders > 0) await new Promise<void>((resolve) => void whenFree.push(resolve))
      isDiscarded = true
      await growing?.catch(() => undefined) // a copy that is on its way would stay
      await change(() => replicas.remove(replicas.count()))
    },
  }
}

/** Why sealed weights may not be in memory any more; null where they may, or are not sealed. */
function sealedRefusal(
  { contentKey }: HostingRooms,
  version: ServedVersion,
  settings: HostingSettings,
): OutpostError | null {
  const { sealed } = version.descriptor
  if (!sealed || isRemote(settings.executionProvider)) return null
  try {
    contentKey(version, sealed.keyId).fill(0)
    return null
  } catch (error) {
    return asOutpostError(error)
  }
}

const letGo = (name: string): OutpostError =>
  new OutpostError('DEPLOYMENT_NOT_READY', `${name} was let go when the request came to it.`, {
    hint: 'Send it again: what takes its place answers.',
  })

const asOutpostError = (error: unknown): OutpostError =>
  error instanceof OutpostError
    ? error
    : new OutpostError('DEPLOYMENT_FAILED', 'The model could not be loaded.', { cause: error })

const hasVariableRows = (spec: TensorSpec): boolean => spec.shape[0] === -1

/** Until its first request loads it. */
const foreseen = (
  { executionProvider: requested }: HostingSettings,
  { inputs, outputs }: NonNullable<ServedVersion['specs']>,
): LoadedModel => ({
  inputs,
  outputs,
  executionProvider: { requested, used: requested === 'auto' ? 'cpu' : requested, reason: null },
  loadMs: 0,
  bytesLoaded: 0,
  intraOpThreads: 0,
  spinning: false,
  fingerprint: '',
})
