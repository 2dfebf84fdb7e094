/** Asks a remote engine for its tensors, as an operator wants to know them and before a version is given to it. */
import { failureOf, OutpostError } from '../../base/errors.ts'
import { unseal } from '../../base/seal.ts'
import { limits } from '../../contract/limits.ts'
import { graphSummary } from '../../contract/package.ts'
import type { RemoteTest } from '../../contract/remote.ts'
import { mismatches } from '../../engine/remote/match-interface.ts'
import { createRemoteClient } from '../../engine/remote/remote-client.ts'
import { RemoteFault } from '../../engine/remote/remote-fault.ts'
import { remoteTokenPurpose } from '../../engine/remote/remote-token.ts'
import { readJson } from '../../store/sqlite.ts'
import { findRemote, listRemotes, type StoredRemote } from '../../store/tables/remote-engines.ts'
import { readDocuments } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { requireAskable } from './remote-address.ts'

export function requireEngine(node: NodeContext, name: string): StoredRemote {
  const found = findRemote(node.db, name)
  if (found) return found
  const there = listRemotes(node.db).map((remote) => remote.name)
  throw new OutpostError('REMOTE_NOT_FOUND', `There is no remote engine "${name}".`, {
    hint: there.length === 0 ? 'outpost engine add makes one.' : `There are: ${there.join(', ')}.`,
  })
}

/** Asks it now, by a connection of control's own: its circuit and its figures know nothing of that. */
export const testEngine = (node: NodeContext, name: string): Promise<RemoteTest> =>
  tested(node, requireEngine(node, name))

async function tested(node: NodeContext, remote: StoredRemote): Promise<RemoteTest> {
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
        ? 'Compare address, model and token with what its operator says; outpost engine change sets them.'
        : 'See whether the server runs and can be reached from here, then test it again.',
      details: { engine: name },
      cause: fault,
    },
  )
}

/** Before a version is given to it: it answers, and its model has the version's tensors. REMOTE_MISMATCH. */
export const requireFit = (node: NodeContext, name: string, versionId: string): Promise<void> =>
  requireFitOf(node, requireEngine(node, name), [versionId])

/** The same of an engine as it is to be. */
export async function requireFitOf(
  node: NodeContext,
  remote: StoredRemote,
  versionIds: readonly string[],
): Promise<void> {
  const found = await tested(node, remote)
  if (found.failure) throw OutpostError.fromFailure(found.failure)
  for (const versionId of versionIds) requireSame(node, remote.name, versionId, found)
}

function requireSame(node: NodeContext, name: string, versionId: string, found: RemoteTest): void {
  const graph = readDocuments(node.db, versionId)?.graph ?? null
  if (graph === null) {
    throw new OutpostError('REMOTE_MISMATCH', 'The tensors of this version are not known here.', {
      hint: 'Import its package again, or deploy it on a device of this machine.',
    })
  }
  const problems = mismatches(readJson(graphSummary, graph, 'graph'), found)
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
