/** Changes how an endpoint's versions are hosted: what serves goes on until it is loaded with the new settings. */
import { OutpostError } from '../../base/errors.ts'
import {
  type HostingInput,
  hostingChanges,
  hostingOf,
  isRemote,
  remoteNameOf,
} from '../../contract/hosting.ts'
import type { DeploymentRow } from '../../contract/views.ts'
import { readJson } from '../../store/sqlite.ts'
import { setDesired, setDevice, setSettings } from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { deleteTunings } from '../../store/tables/tunings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { deploymentRowOf } from './deployment-rows.ts'
import { applyChange, requireEndpoint } from './endpoint.ts'
import { requireFit } from './test-remote.ts'

/** Settings that are left out stay as they are. */
export async function changeHosting(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; settings: HostingInput },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  const { executionProvider = endpoint.executionProvider, ...changes } = input.settings
  const isMoved = executionProvider !== endpoint.executionProvider
  if (isMoved && isRemote(executionProvider))
    await requireFit(node, remoteNameOf(executionProvider), endpoint.versionId)
  const settings = { ...readJson(hostingChanges, endpoint.settings, 'settings'), ...changes }
  const details = { endpoint: endpoint.name, settings: input.settings }
  audited(node, actor, { action: 'endpoint.hosting', object: endpoint.model, details }, (at) => {
    setSettings(node.db, endpoint.id, JSON.stringify(settings), at)
    if (isMoved) setDevice(node.db, endpoint.id, executionProvider, at)
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  return deploymentRowOf(node, requireEndpoint(node, endpoint.name))
}

/** What was measured of the version that answers is forgotten, and measured beside it. BAD_REQUEST where it is not. */
export async function tuneAgain(node: NodeContext, actor: Actor, name: string): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, name)
  const changes = readJson(hostingChanges, endpoint.settings, 'settings')
  const { intraOpThreads, executionProvider } = hostingOf(endpoint.executionProvider, changes)
  if (endpoint.desired !== 'running')
    throw new OutpostError('ENDPOINT_STOPPED', `The endpoint ${name} is stopped.`, {
      hint: 'Start it first.',
    })
  if (isRemote(executionProvider))
    throw new OutpostError('BAD_REQUEST', `${name} runs on a remote engine, whose threads are its own.`)
  if (intraOpThreads !== null) {
    throw new OutpostError('BAD_REQUEST', `The operator threads of ${name} are set to ${intraOpThreads}.`, {
      hint: 'Leave their number to the measurement first: set it to null.',
    })
  }
  const details = { endpoint: name }
  audited(node, actor, { action: 'endpoint.tune', object: endpoint.model, details }, (at) => {
    deleteTunings(node.db, endpoint.versionId)
    setDesired(node.db, name, 'running', at) // its revision grows, so that it is loaded again
    nextSnapshot(node.db)
  })
  await applyChange(node, name)
  return deploymentRowOf(node, requireEndpoint(node, name))
}
