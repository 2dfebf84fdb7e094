/**
 * A model that a remote engine runs: no memory here, so many runs at a time, and the tensors that the version's own
 * file names. That the remote model has the same was checked when it was deployed, and is with each answer.
 */
import { OutpostError } from '../../base/errors.ts'
import { remoteNameOf } from '../../contract/hosting.ts'
import { limits } from '../../contract/limits.ts'
import type { RemoteProvider } from '../../contract/names.ts'
import type { LoadedModel } from '../../engine/engine.ts'
import type { RemoteEngines } from '../remote/remote-engines.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { ProcessingPlan } from './processing-port.ts'
import type { Replicas } from './replicas.ts'

interface RemoteReplicasOptions {
  version: ServedVersion
  provider: RemoteProvider
  remotes: RemoteEngines
  planOf: (loaded: LoadedModel) => Promise<ProcessingPlan>
}

export function createRemoteReplicas(options: RemoteReplicasOptions): Replicas {
  const { version, provider, remotes, planOf } = options
  const engine = remoteNameOf(provider)
  let leaving: Array<() => Promise<void>> = []
  return {
    admit: async () => undefined,
    add: async (queue) => {
      const { specs } = version
      if (!specs) {
        throw new OutpostError('DEPLOYMENT_FAILED', 'The tensors of this version are not known here.', {
          hint: 'Import its package again, or deploy it on a device of this machine.',
        })
      }
      remotes.get(engine) // refused where there is none
      const { inputs, outputs } = specs
      const loaded: LoadedModel = {
        inputs,
        outputs,
        executionProvider: { requested: provider, used: provider, reason: null },
        loadMs: 0,
        bytesLoaded: 0,
        intraOpThreads: 0,
        spinning: false,
        fingerprint: '',
      }
      const batcher = queue(loaded, await planOf(loaded))
      if (leaving.length > 0) return // loaded again: there is nothing to renew
      const names = outputs.map(({ name }) => name)
      leaving = Array.from({ length: limits.remoteRunsMax }, () =>
        batcher.join((tensors, wanted) => remotes.get(engine).run(tensors, wanted ?? names, outputs)),
      )
    },
    remove: async (count) => {
      if (count > 0) await Promise.all(leaving.splice(0).map((leave) => leave()))
    },
    count: () => Math.min(1, leaving.length),
    bytes: () => 0,
    tuning: () => null,
    refusal: () => remotes.get(engine).refusal(),
  }
}
