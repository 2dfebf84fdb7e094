/** Remote engines as an operator sees them: added, changed, removed. */
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { seal } from '../../base/seal.ts'
import { limits } from '../../contract/limits.ts'
import type { RemoteChange, RemoteRow, RemoteWanted } from '../../contract/remote.ts'
import { remoteTokenPurpose } from '../../engine/remote/remote-token.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import {
  deleteRemote,
  endpointsOfRemote,
  findRemote,
  insertRemote,
  listRemotes,
  type StoredRemote,
  updateRemote,
  versionsOfRemote,
} from '../../store/tables/remote-engines.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { remoteAddress } from './remote-address.ts'
import { requireEngine, requireFitOf } from './test-remote.ts'

export const listEngines = (node: NodeContext): RemoteRow[] =>
  listRemotes(node.db).map((remote) => rowOf(node, remote))

function rowOf(node: NodeContext, { tokenSealed, ...remote }: StoredRemote): RemoteRow {
  const reports = node.serving.state().remotes
  return {
    ...remote,
    hasToken: tokenSealed !== null,
    endpoints: endpointsOfRemote(node.db, `remote:${remote.name}`),
    report: reports.find(({ name }) => name === remote.name) ?? null,
  }
}

/** It need not answer yet: the test says whether it does. */
export async function addEngine(node: NodeContext, actor: Actor, wanted: RemoteWanted): Promise<RemoteRow> {
  const url = await remoteAddress(wanted.url, wanted.allowHttp, node.serving.state().url)
  if (findRemote(node.db, wanted.name)) {
    throw new OutpostError('REMOTE_EXISTS', `There is a remote engine "${wanted.name}" already.`, {
      hint: 'Choose another name, or remove that one first.',
    })
  }
  if (listRemotes(node.db).length >= limits.remoteEnginesMax)
    throw new OutpostError('BAD_REQUEST', `A node has ${limits.remoteEnginesMax} remote engines at most.`)
  const { name, model, modelVersion, timeoutMs, token } = wanted
  const id = newId()
  const tokenSealed = sealed(node, id, token)
  const details = { url, model, modelVersion, timeoutMs, hasToken: token !== null }
  audited(node, actor, { action: 'engine.add', object: name, details }, (at) => {
    const remote = { id, name, url, model, modelVersion, tokenSealed, timeoutMs, createdAt: at }
    insertRemote(node.db, { ...remote, originNode: node.nodeId })
    nextSnapshot(node.db)
  })
  await apply(node, name)
  return rowOf(node, requireEngine(node, name))
}

const sealed = (node: NodeContext, id: string, token: string | null): string | null =>
  token === null ? null : seal(node.secrets.pepper, remoteTokenPurpose, id, token)

/**
 * What is left out stays. Where versions run on it, it must answer as it is to be and have their tensors: they go over
 * to it with their next request.
 */
export async function changeEngine(
  node: NodeContext,
  actor: Actor,
  { name, token, url, allowHttp, ...rest }: RemoteChange,
): Promise<RemoteRow> {
  const before = requireEngine(node, name)
  const after: StoredRemote = {
    ...before,
    ...definedOf(rest),
    ...(url !== undefined && { url: await remoteAddress(url, allowHttp, node.serving.state().url) }),
    ...(token !== undefined && { tokenSealed: sealed(node, before.id, token) }),
  }
  const versions = versionsOfRemote(node.db, `remote:${name}`)
  if (versions.length > 0) await requireFitOf(node, after, versions)
  const { model, modelVersion, timeoutMs, tokenSealed } = after
  const details = { url: after.url, model, modelVersion, timeoutMs, hasToken: tokenSealed !== null }
  audited(node, actor, { action: 'engine.change', object: name, details }, () => {
    updateRemote(node.db, after)
    nextSnapshot(node.db)
  })
  await apply(node, name)
  return rowOf(node, requireEngine(node, name))
}

const definedOf = ({
  model,
  modelVersion,
  timeoutMs,
}: Pick<RemoteChange, 'model' | 'modelVersion' | 'timeoutMs'>) => ({
  ...(model !== undefined && { model }),
  ...(modelVersion !== undefined && { modelVersion }),
  ...(timeoutMs !== undefined && { timeoutMs }),
})

export async function removeEngine(
  node: NodeContext,
  actor: Actor,
  name: string,
): Promise<Record<string, never>> {
  const { url } = requireEngine(node, name)
  const endpoints = endpointsOfRemote(node.db, `remote:${name}`)
  if (endpoints.length > 0) {
    throw new OutpostError('REMOTE_IN_USE', `"${name}" is what ${endpoints.join(', ')} runs on.`, {
      hint: 'Deploy the version on another device, or undeploy it, first.',
    })
  }
  audited(node, actor, { action: 'engine.remove', object: name, details: { url } }, () => {
    deleteRemote(node.db, name)
    nextSnapshot(node.db)
  })
  await apply(node, name)
  return {}
}

async function apply(node: NodeContext, name: string): Promise<void> {
  await node.serving.apply(node.snapshot())
  node.announce('deployments', name)
}
