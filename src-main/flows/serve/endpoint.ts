/** What every change of an endpoint begins and ends with. */
import { OutpostError } from '../../base/errors.ts'
import { findEndpoint, type StoredEndpoint } from '../../store/tables/endpoints.ts'
import type { NodeContext } from '../node-context.ts'

export function requireEndpoint(node: NodeContext, name: string): StoredEndpoint {
  const endpoint = findEndpoint(node.db, name)
  if (endpoint) return endpoint
  throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint "${name}".`, {
    hint: 'outpost deploy MODEL@VERSION makes one.',
  })
}

/** Tells serving, and comes back when it answers by the new state of node.db. */
export async function applyChange(node: NodeContext, endpoint: string): Promise<void> {
  node.announce('deployments', endpoint)
  await node.serving.apply(node.snapshot())
  node.announce('deployments', endpoint)
}
