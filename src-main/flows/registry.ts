/** What the registry holds, as the page and the command line ask for it; what an endpoint does now is serving's word. */
import { isoTime } from '../base/clock.ts'
import { withBuild } from '../base/version-order.ts'
import type { VersionDetail } from '../contract/views.ts'
import { type DeprecationInput, deprecateVersion as deprecate } from '../registry/deprecate.ts'
import { findVersionDetail } from '../registry/find-version.ts'
import { findModelDetail, listModels as listStored, type ModelListQuery } from '../registry/list-models.ts'
import { listVersions as listStoredVersions } from '../registry/list-versions.ts'
import { pinAlias as pin } from '../registry/pin.ts'
import { removeVersion as remove } from '../registry/remove.ts'
import { resolveVersion as resolve } from '../registry/resolve.ts'
import { collectBlobs } from '../store/blobs/blob-collect.ts'
import { inTransaction } from '../store/sqlite.ts'
import { nextSnapshot } from '../store/tables/meta.ts'
import type { Actor } from './actor.ts'
import type { NodeContext } from './node-context.ts'
import { endpointState } from './serve/deployment-rows.ts'

export const listModels = (node: NodeContext, query: ModelListQuery) =>
  listStored(node.db, query, endpointState(node))
export const findModel = (node: NodeContext, model: string) =>
  findModelDetail(node.db, model, endpointState(node))

export const listVersions = (node: NodeContext, query: { model: string; offset: number; limit: number }) =>
  listStoredVersions(node.db, query.model, query, endpointState(node))

export const findVersion = (node: NodeContext, model: string, reference: string): Promise<VersionDetail> =>
  findVersionDetail(node.db, node.paths.root, model, reference, endpointState(node))

export function resolveVersion(node: NodeContext, model: string, reference: string) {
  const found = resolve(node.db, model, reference)
  return {
    model: found.model.name,
    version: withBuild(found.version.version, found.version.dataVersion),
    rule: found.rule,
  }
}

export async function removeVersion(
  node: NodeContext,
  actor: Actor,
  model: string,
  reference: string,
): Promise<{ bytesFreed: number }> {
  const { digests } = inTransaction(node.db, () => {
    const removed = remove(node.db, model, reference, { actor: actor.name, at: isoTime(node.clock) })
    nextSnapshot(node.db)
    return removed
  })
  const { bytesFreed } = await collectBlobs(node.db, node.blobs, digests)
  await node.serving.apply(node.snapshot())
  node.announce('models', model)
  return { bytesFreed }
}

/** Null takes it back. */
export async function deprecateVersion(
  node: NodeContext,
  actor: Actor,
  { model, version, deprecation }: { model: string; version: string; deprecation: DeprecationInput | null },
): Promise<VersionDetail> {
  inTransaction(node.db, () => {
    deprecate(node.db, model, version, deprecation, { actor: actor.name, at: isoTime(node.clock) })
    nextSnapshot(node.db)
  })
  await node.serving.apply(node.snapshot())
  node.announce('models', model)
  return findVersion(node, model, version)
}

export async function pinAlias(
  node: NodeContext,
  actor: Actor,
  input: { model: string; alias: string; version: string | null },
) {
  const aliases = inTransaction(node.db, () => {
    const pinned = pin(node.db, input.model, input.alias, input.version, {
      actor: actor.name,
      at: isoTime(node.clock),
    })
    nextSnapshot(node.db)
    return pinned
  })
  await node.serving.apply(node.snapshot())
  node.announce('models', input.model)
  return { aliases }
}
