/** Looking into a package before anything of it is installed, and installing it as a job. */
import { access, rm } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { versionIdentity, versionSortKey, withBuild } from '../../base/version-order.ts'
import { limits } from '../../contract/limits.ts'
import type { PackageInspection } from '../../contract/views.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { openPackage } from '../../package/archive/open-package.ts'
import type { PackageHead } from '../../package/archive/package-head.ts'
import { readPackedText } from '../../package/archive/read-packed-text.ts'
import { findModel } from '../../store/tables/models.ts'
import { findRemovedVersion } from '../../store/tables/removed-versions.ts'
import { findVersion, versionBelow } from '../../store/tables/versions.ts'
import { seenPublisher } from '../access/publisher-trust.ts'
import type { Actor } from '../actor.ts'
import { decideVersion } from '../licenses/decide-version.ts'
import type { NodeContext } from '../node-context.ts'
import type { HeldFile } from './file-handles.ts'
import { artifactsOf, installPackage } from './install-package.ts'
import type { StagedPackage } from './staged-packages.ts'

export async function inspectPackage(node: NodeContext, handle: string): Promise<PackageInspection> {
  const file = node.files.take(handle)
  try {
    const head = await openPackage(file.path)
    const card = await readPackedText(file.path, head, head.descriptor.card)
    const publisher = seenPublisher(node.db, head)
    return {
      packageId: node.staged.add({ ...file, digest: head.digest }),
      fileName: file.name,
      bytes: file.bytes,
      digest: head.digest,
      descriptor: head.descriptor,
      artifacts: artifactsOf(head),
      publisher,
      card,
      existing: existing(node, head),
      predecessor: predecessor(node, head),
      license: licensed(node, head, publisher),
    }
  } catch (error) {
    if (file.owned) await rm(file.path, { force: true })
    throw error
  }
}

/** As though it were installed now. */
const licensed = (
  node: NodeContext,
  { descriptor, version, digest }: PackageHead,
  { fingerprint }: PackageInspection['publisher'],
): PackageInspection['license'] =>
  decideVersion(
    node.licensing,
    {
      model: descriptor.id,
      version: versionIdentity(version),
      digest,
      publisherFingerprint: fingerprint,
      releasedAt: node.licensing.now(),
    },
    { operation: 'serve' },
  )

function existing(node: NodeContext, head: PackageHead): PackageInspection['existing'] {
  const model = findModel(node.db, head.descriptor.id)
  const number = versionIdentity(head.version)
  const version = model && findVersion(node.db, model.id, number)
  if (!version) {
    const removed = findRemovedVersion(node.db, head.descriptor.id, number)
    return removed && removed.manifestDigest !== head.digest ? 'deleted' : 'none'
  }
  return version.manifestDigest === head.digest ? 'same' : 'different'
}

function predecessor(node: NodeContext, { descriptor, version }: PackageHead): string | null {
  const model = findModel(node.db, descriptor.id)
  const below = model && versionBelow(node.db, model.id, versionSortKey(version))
  return below && withBuild(below.version, below.dataVersion)
}

export interface ImportInput {
  packageId: string
  trust?: string | undefined
  skipRun: boolean
}

export function importPackage(node: NodeContext, actor: Actor, input: ImportInput): { jobId: string } {
  const file = node.staged.take(input.packageId)
  try {
    return { jobId: submitImport(node, actor, file, input) }
  } catch (error) {
    node.staged.putBack(input.packageId, file) // too many jobs wait: it can be asked for again
    throw error
  }
}

export const submitImport = (
  node: NodeContext,
  actor: Actor,
  file: HeldFile & Partial<Pick<StagedPackage, 'digest'>>,
  input: Omit<ImportInput, 'packageId'>,
): string =>
  node.jobs.submit('import', file.name, {
    actor: actor.name,
    path: file.path,
    owned: file.owned,
    digest: file.digest,
    trust: input.trust,
    skipRun: input.skipRun,
  })

export const discardPackage = async (
  node: NodeContext,
  packageId: string,
): Promise<Record<string, never>> => {
  await node.staged.discard(packageId)
  return {}
}

const jobInput = z.object({
  actor: z.string(),
  path: z.string(),
  owned: z.boolean(),
  digest: z.string().optional(),
  trust: z.string().optional(),
  skipRun: z.boolean(),
})

/** Of imports that did not succeed: until then they may be done again with the file that was sent. */
export const uploadsKeptSince = (clock: Clock): string =>
  new Date(clock.now() - limits.uploadHoursMax * 60 * 60 * 1000).toISOString()

/** A package of many gigabytes that was refused does not lie there for as long as its job is remembered. */
async function forgetOldUploads(node: NodeContext): Promise<void> {
  for (const input of node.jobTable.inputsGivenUp(uploadsKeptSince(node.clock))) {
    const { data } = jobInput.safeParse(input)
    if (data?.owned) await rm(data.path, { force: true })
  }
}

/** The job. The node's own copy of the file is kept while doing it again may still help. */
export async function runImport(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor, path, owned, digest: seen, trust, skipRun } = jobInput.parse(work.input)
  await forgetOldUploads(node)
  await access(path).catch((cause: unknown) => {
    if (!isSystemError(cause, 'ENOENT')) throw cause
    throw new OutpostError('HANDLE_INVALID', 'The file of this import is not there any more.', {
      hint: 'Open the package again.',
      cause,
    })
  })
  const { outcome, model, version, digest, report } = await installPackage(
    node,
    { path, source: 'imported', actor: { name: actor }, seen, trust, skipRun },
    work,
  )
  if (owned) await rm(path, { force: true })
  return { outcome, model, version, digest, report }
}
