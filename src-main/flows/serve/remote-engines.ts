/** Remote engines as an operator sees them: added, tested, removed; and asked before a version is given to one. */
import { failureOf, OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { seal, unseal } from '../../base/seal.ts'
import { limits } from '../../contract/limits.ts'
import { graphSummary } from '../../contract/package.ts'
import type { RemoteRow, RemoteTest, RemoteWanted } from '../../contract/remote.ts'
import { mismatches } from '../../engine/remote/match-interface.ts'
import { createRemoteClient } from '../../engine/remote/remote-client.ts'
import { RemoteFault } from '../../engine/remote/remote-fault.ts'
import { remoteTokenPurpose } from '../../engine/remote/remote-token.ts'
import { readJson } from '../../store/sqlite.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import {
  deleteRemote,
  endpointsOfRemote,
  findRemote,
  insertRemote,
  listRemotes,
  type StoredRemote,
} from '../../store/tables/remote-engines.ts'
import { readDocuments } from '../../store/tables/versions.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { remoteAddress, requireAskable } from './remote-address.ts'

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

function requireEngine(node: NodeContext, name: string): StoredRemote {
  const found = findRemote(node.db, name)
  if (found) return found
  const there = listRemotes(node.db).map((remote) => remote.name)
  throw new OutpostError('REMOTE_NOT_FOUND', `There is no remote engine "${name}".`, {
    hint: there.length === 0 ? 'outpost engine add makes one.' : `There are: ${there.join(', ')}.`,
  })
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
  const tokenSealed = token === null ? null : seal(node.secrets.pepper, remoteTokenPurpose, id, token)
  const details = { url, model, modelVersion, timeoutMs, hasToken: token !== null }
  audited(node, actor, { action: 'engine.add', object: name, details }, (at) => {
    const remote = { id, name, url, model, modelVersion, tokenSealed, timeoutMs, createdAt: at }
    insertRemote(node.db, { ...remote, originNode: node.nodeId })
    nextSnapshot(node.db)
  })
  await apply(node, name)
  return rowOf(node, requireEngine(node, name))
}

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

/** Asks it now, by a connection of control's own: its circuit and its figures know nothing of that. */
export async function testEngine(node: NodeContext, name: string): Promise<RemoteTest> {
  const remote = requireEngine(node, name)
  const found: RemoteTest = {
    failure: null,
    server: null,
    binary: false,
    latencyMs: null,
    inputs: [],
    outputs: [],
  }
  try {
    const { id, tokenSealed } = remote
    await requireAskable(new URL(remote.url))
    const token =
      tokenSealed === null ? null : unseal(node.secrets.pepper, remoteTokenPurpose, id, tokenSealed)
    const client = createRemoteClient({ ...remote, token })
    const signal = AbortSignal.timeout(Math.min(remote.timeoutMs, 4 * limits.remoteLookMsMax))
    const { name: server, version, extensions } = await client.server(signal)
    found.server = { name: server, version }
    found.binary = extensions.includes('binary_tensor_data')
    const started = performance.now()
    await client.ready(signal)
    found.latencyMs = Math.round((performance.now() - started) * 1000) / 1000
    Object.assign(found, await client.model(signal))
  } catch (error) {
    found.failure = failureOf(error instanceof RemoteFault ? saidBy(remote, error) : error)
  }
  return found
}

function saidBy({ name, url, model, modelVersion }: StoredRemote, fault: RemoteFault): OutpostError {
  const denied = fault.kind === 'denied' || fault.kind === 'garbage' || fault.kind === 'refused'
  const what = modelVersion === null ? model : `${model}, version ${modelVersion}`
  return new OutpostError(
    denied ? 'REMOTE_FAILED' : 'REMOTE_UNAVAILABLE',
    `The remote engine "${name}" at ${url} (${what}): ${fault.message}`,
    {
      hint: denied
        ? 'Compare address, model and token with what its operator says; remove it and add it again to change them.'
        : 'See whether the server runs and can be reached from here, then test it again.',
      details: { engine: name },
      cause: fault,
    },
  )
}

/** Before a version is given to it: it answers, and its model has the version's tensors. REMOTE_MISMATCH. */
export async function requireFit(node: NodeContext, name: string, versionId: string): Promise<void> {
  const tested = await testEngine(node, name)
  if (tested.failure) throw OutpostError.fromFailure(tested.failure)
  const graph = readDocuments(node.db, versionId)?.graph ?? null
  if (graph === null) {
    throw new OutpostError('REMOTE_MISMATCH', 'The tensors of this version are not known here.', {
      hint: 'Import its package again, or deploy it on a device of this machine.',
    })
  }
  const problems = mismatches(readJson(graphSummary, graph, 'graph'), tested)
  if (problems.length === 0) return
  throw new OutpostError(
    'REMOTE_MISMATCH',
    `The model of "${name}" cannot answer in the place of this version: ${problems.slice(0, 5).join('; ')}.`,
    {
      hint: 'Point the engine at the same model, or deploy the version that it serves.',
      details: { problems },
    },
  )
}
