/** How a version stands, as reports say it, and why it cannot answer where it cannot. */
import { OutpostError } from '../../base/errors.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { Failure } from '../../contract/views.ts'
import type { ReadyModel } from './hosted-model.ts'

export const asideFailure: Failure = {
  code: 'MODEL_SET_ASIDE',
  message: 'The model hung or crashed the serving process and was set aside.',
  hint: 'Start the deployment again to give it another try, or deploy another version.',
}

type Standing = Pick<
  DeploymentReport,
  | 'state'
  | 'failure'
  | 'executionProviderUsed'
  | 'executionProviderReason'
  | 'loadMs'
  | 'bytesLoaded'
  | 'queueLength'
  | 'startedAt'
  | 'hosting'
>

/** `current` is null while it is being loaded. */
export function standingOf(
  current: ReadyModel | { failure: Failure } | null,
  isAside: boolean,
  readySince: string | null,
): Standing {
  const ready = current && 'loaded' in current ? current : null
  const failed = current && 'failure' in current ? current.failure : null
  const failure = isAside ? asideFailure : failed
  return {
    state: stateOf(ready !== null, failure),
    failure,
    executionProviderUsed: ready?.loaded.executionProvider.used ?? null,
    executionProviderReason: ready?.loaded.executionProvider.reason ?? null,
    loadMs: ready?.loaded.loadMs ?? null,
    bytesLoaded: ready?.bytes() ?? null,
    queueLength: ready?.batcher.length() ?? 0,
    startedAt: ready ? readySince : null,
    hosting: ready ? hostingOf(ready) : null,
  }
}

function hostingOf(ready: ReadyModel): DeploymentReport['hosting'] {
  const tuning = ready.tuning()
  return {
    replicas: ready.replicas(),
    intraOpThreads: tuning?.intraOpThreads ?? ready.loaded.intraOpThreads,
    spinning: ready.loaded.spinning,
    tunedP99Ms: tuning?.p99Ms ?? null,
    batchRowsMax: ready.batcher.figures().rowsMax,
  }
}

function stateOf(isReady: boolean, failure: Failure | null): DeploymentReport['state'] {
  if (failure) return failure.code === 'MODEL_SET_ASIDE' ? 'set-aside' : 'failed'
  return isReady ? 'ready' : 'starting'
}

/** Sealed weights that no license opens. */
export const isOfLicense = ({ code }: Failure): boolean => code.startsWith('LIC_')

export function refusalOf({ state, failure }: DeploymentReport): OutpostError {
  if (state === 'set-aside')
    return new OutpostError('MODEL_SET_ASIDE', asideFailure.message, { hint: asideFailure.hint })
  if (!failure) {
    return new OutpostError('DEPLOYMENT_NOT_READY', 'The model is still being loaded.', {
      hint: 'Try again in a moment.',
    })
  }
  if (isOfLicense(failure)) return OutpostError.fromFailure(failure)
  return new OutpostError('DEPLOYMENT_FAILED', `The model could not be loaded: ${failure.message}`, {
    hint: failure.hint,
  })
}
