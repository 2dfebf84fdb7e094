/** What control knows of serving, as its last words and its own decisions have it. */
import type { DriftRow } from '../contract/alerts.ts'
import type { DeploymentReport, ServingToControl } from '../contract/processes.ts'
import type { RemoteReport } from '../contract/remote.ts'
import type { Failure } from '../contract/views.ts'

export interface ServingState {
  state: 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed'
  url: string | null
  /** host:port of the door for gRPC; null where there is none. */
  grpcAddress: string | null
  since: number
  failure: Failure | null
  restarts: number
  cpu: number
  memoryBytes: number
  modelBytes: number
  queueLength: number
  requestsTotal: number
  deployments: DeploymentReport[]
  remotes: RemoteReport[]
  drift: DriftRow[]
}

const nothing = {
  cpu: 0,
  memoryBytes: 0,
  modelBytes: 0,
  queueLength: 0,
  requestsTotal: 0,
  deployments: [] as DeploymentReport[],
  remotes: [] as RemoteReport[],
  drift: [] as DriftRow[],
}

export const stoppedState = (since: number): ServingState => ({
  state: 'stopped',
  url: null,
  grpcAddress: null,
  since,
  failure: null,
  restarts: 0,
  ...nothing,
})

/** A process that is gone serves nothing. */
export const forgetFigures = (state: ServingState): void => void Object.assign(state, nothing)

/** Takes a report over and says what about it is news. */
export function takeReport(
  state: ServingState,
  { type: _type, ...report }: Extract<ServingToControl, { type: 'report' }>,
): { deployments: boolean; requests: boolean } {
  const news = {
    deployments: statesOf(state) !== statesOf(report),
    requests: state.requestsTotal !== report.requestsTotal,
  }
  Object.assign(state, report)
  return news
}

const statesOf = ({ deployments, remotes }: Pick<ServingState, 'deployments' | 'remotes'>): string =>
  JSON.stringify([
    deployments.map(({ endpointId, versionId, state }) => [endpointId, versionId, state]),
    remotes.map(({ name, health, circuit }) => [name, health, circuit]),
  ])
