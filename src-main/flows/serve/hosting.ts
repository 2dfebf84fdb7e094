/** Changes how an endpoint's versions are hosted: what serves goes on until it is loaded with the new settings. */
import { type HostingChanges, hostingChanges } from '../../contract/hosting.ts'
import type { DeploymentRow } from '../../contract/views.ts'
import { readJson } from '../../store/sqlite.ts'
import { setSettings } from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { deploymentRowOf } from './deployment-rows.ts'
import { applyChange, requireEndpoint } from './endpoint.ts'

/** Settings that are left out stay as they are. */
export async function changeHosting(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; settings: HostingChanges },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  const settings = { ...readJson(hostingChanges, endpoint.settings, 'settings'), ...input.settings }
  const details = { endpoint: endpoint.name, settings: input.settings }
  audited(node, actor, { action: 'endpoint.hosting', object: endpoint.model, details }, (at) => {
    setSettings(node.db, endpoint.id, JSON.stringify(settings), at)
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  return deploymentRowOf(node, requireEndpoint(node, endpoint.name))
}
