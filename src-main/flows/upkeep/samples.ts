/**
 * The sample models: packed from their source folders, signed with a sample publisher's key that is made at first use,
 * installed like any package, and one of each family deployed. Removing them takes all of that back.
 */

import { createPublicKey } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import semver from 'semver'
import { isoTime } from '../../base/clock.ts'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files.ts'
import { exportSigningKey, generateSigningKey, importSigningKey } from '../../base/signing-key.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { pack } from '../../package/archive/pack.ts'
import { readSource } from '../../package/archive/read-source.ts'
import type { Signer } from '../../package/signing/sign-manifest.ts'
import { removeVersion } from '../../registry/remove.ts'
import { collectBlobs } from '../../store/blobs/blob-collect.ts'
import { inTransaction } from '../../store/sqlite.ts'
import { endpointsOfModel, listEndpoints } from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { findModel, modelsFrom } from '../../store/tables/models.ts'
import { versionNames } from '../../store/tables/versions.ts'
import { samplePublisher, trustKey } from '../access/publishers.ts'
import type { Actor } from '../actor.ts'
import { decideVersion, factsOf, resolveLicensed } from '../licenses/decide-version.ts'
import { licenseSample } from '../licenses/sample-licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { installPackage } from '../packages/install-package.ts'
import { deploy, removeDeployment } from '../serve/deploy.ts'

/** Why the endpoints of samples are there: nobody deployed them. */
export const deployedWithSamples = 'Installed with the sample models'

async function sampleSigner(node: NodeContext): Promise<Signer> {
  const path = join(node.paths.keys, 'samples.pem')
  try {
    return { publisher: samplePublisher, privateKey: importSigningKey(await readFile(path, 'utf8')) }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  const privateKey = generateSigningKey()
  await writeFileAtomically(path, exportSigningKey(privateKey), 0o600)
  return { publisher: samplePublisher, privateKey }
}

/** The source folders, family by family, each with its versions in their order. */
async function sampleFolders(directory: string): Promise<Array<{ folder: string; version: string }>> {
  const found: Array<{ folder: string; version: string }> = []
  for (const family of (await folderNames(directory)).toSorted()) {
    const versions = (await folderNames(join(directory, family))).filter(
      (name) => semver.valid(name) !== null,
    )
    for (const version of semver.sort(versions))
      found.push({ folder: join(directory, family, version), version })
  }
  if (found.length === 0)
    throw new OutpostError('NOT_FOUND', 'The sample models are not part of this installation.')
  return found
}

const folderNames = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)

/** The job. Samples that are installed already are left as they are. */
export async function runInstallSamples(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const actor = { name: typeof work.input.actor === 'string' ? work.input.actor : 'node' }
  const signer = await sampleSigner(node)
  trustKey(node, actor, {
    name: samplePublisher,
    publicKey: createPublicKey(signer.privateKey),
    note: 'The sample models of this node.',
  })
  const folders = await sampleFolders(node.samplesDirectory)
  const models = new Set<string>()
  for (const [index, { folder }] of folders.entries()) {
    work.signal.throwIfAborted()
    const source = await readSource(folder)
    const { id, version } = source.descriptor
    const output = join(node.paths.staging, `${work.id}-${index}.outpost`)
    const report: JobWork['report'] = (progress) =>
      work.report((index + (progress ?? 0)) / folders.length, `${id} ${version}`)
    // Before the model is there, which may be tried as soon as it is.
    await licenseSample(node, actor, signer, source.descriptor)
    try {
      await pack(source, { output, signer, signal: work.signal })
      await installPackage(
        node,
        { path: output, source: 'sample', actor, skipRun: false },
        { ...work, report },
      )
    } finally {
      await rm(output, { force: true })
    }
    models.add(id)
  }
  for (const model of models) await deployIfIdle(node, { kind: 'owner', name: actor.name, scopes: [] }, model)
  return { models: [...models] }
}

async function deployIfIdle(node: NodeContext, actor: Actor, model: string): Promise<void> {
  const found = findModel(node.db, model)
  if (!found || endpointsOfModel(node.db, found.id).length > 0) return
  const stable = resolveLicensed(node.db, node.licensing, model, 'stable')
  const mayServe = decideVersion(node.licensing, factsOf(model, stable.version), {
    operation: 'serve',
  }).allowed
  if (!mayServe) return // one sample has a license that does not allow it, which its page says
  await deploy(node, actor, {
    model,
    version: 'stable',
    executionProvider: 'auto',
    reason: deployedWithSamples,
  })
}

export async function removeSamples(node: NodeContext, actor: Actor): Promise<{ removed: number }> {
  let removed = 0
  const samples = modelsFrom(node.db, 'sample')
  for (const endpoint of listEndpoints(node.db)) {
    if (samples.some(({ id }) => id === endpoint.modelId)) await removeDeployment(node, actor, endpoint.name)
  }
  for (const model of samples) {
    for (const { version } of versionNames(node.db, model.id)) {
      removeVersion(node.db, model.name, version, { actor: actor.name, at: isoTime(node.clock) })
      removed++
    }
  }
  inTransaction(node.db, () => nextSnapshot(node.db))
  await node.serving.apply(node.snapshot())
  await collectBlobs(node.db, node.blobs)
  node.announce('models')
  return { removed }
}
