/**
 * The way of a package into the registry: head, trust, contents into the store, the lab's checks, the row. What fails
 * leaves nothing behind: blobs that no version refers to go with the next collection, which follows at once.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { versionIdentity } from '../../base/version-order.ts'
import type { GraphSummary } from '../../contract/package.ts'
import type { LabTask } from '../../contract/processes.ts'
import type { ValidationReport } from '../../contract/validation.ts'
import type { ArtifactRow } from '../../contract/views.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { type OpenedPackage, openPackage } from '../../package/archive/open-package.ts'
import { mediaTypeOf } from '../../package/archive/package-files.ts'
import type { PackageHead } from '../../package/archive/package-head.ts'
import { type Registered, registerVersion } from '../../registry/register.ts'
import { collectBlobs } from '../../store/blobs/blob-collect.ts'
import type { BlobIntake } from '../../store/blobs/blob-intake.ts'
import { linkTree } from '../../store/blobs/link-tree.ts'
import { inTransaction } from '../../store/sqlite.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { findModel } from '../../store/tables/models.ts'
import { findVersion } from '../../store/tables/versions.ts'
import { admitPublisher, type PublisherSeen, trustAdmitted } from '../access/publisher-trust.ts'
import { contentKeyOf } from '../licenses/content-key.ts'
import { requireLineage } from '../licenses/lineage.ts'
import type { NodeContext } from '../node-context.ts'
import { retryFailed } from '../serve/deploy.ts'
import { examine } from './examine.ts'

export interface InstallOptions {
  path: string
  source: 'built' | 'imported' | 'sample'
  actor: { name: string }
  /** The digest of the package that a person looked at: any other in its place is refused. */
  seen?: string | undefined
  /** The fingerprint of a key that is trusted from now on. */
  trust?: string | undefined
  /** The time of registration that the caller states. */
  claimedAt?: string | undefined
  /** Leave out the rungs that load and run the model. */
  skipRun: boolean
}

export interface Installed extends Registered {
  digest: string
  report: ValidationReport | null
}

type Watch = Pick<JobWork, 'id' | 'signal' | 'report'>

export async function installPackage(
  node: NodeContext,
  options: InstallOptions,
  watch: Watch,
): Promise<Installed> {
  const intake = node.blobs.begin()
  let installed = false
  try {
    let publisher: PublisherSeen | undefined
    const wanted = new Set<string>()
    const head = await openPackage(options.path, {
      signal: watch.signal,
      admit: (seen) => {
        if (options.seen !== undefined && seen.digest !== options.seen) throw swapped(options.seen, seen)
        publisher = admitPublisher(node.db, seen, options.trust)
        if (publisher.trust === 'own' && !sameVersion(node, seen)) requireLineage(node, seen.descriptor)
        if (!sameVersion(node, seen)) contentKeyFor(node, seen)?.fill(0) // before anything is stored
        for (const file of seen.files) wanted.add(file.digest)
        watch.report(0, `Reading ${seen.descriptor.id} ${seen.version}`)
      },
      onProgress: ({ bytesDone, bytesTotal }) =>
        watch.report((bytesDone / Math.max(1, bytesTotal)) * 0.6, 'Storing the files'),
      sink: {
        verifies: true,
        write: (digest, _bytes, chunks) => storeLayer(intake, wanted, digest, chunks, watch.signal),
      },
    })
    const known = sameVersion(node, head)
    const { report, graph } = known
      ? { report: null, graph: null }
      : await check(node, head, intake, options, watch)
    const registered = register(node, head, { ...options, publisher, report, graph })
    installed = true
    node.announce('models', registered.model)
    if (registered.outcome === 'same') await retryFailed(node, [registered.versionId])
    return { ...registered, digest: head.digest, report }
  } finally {
    intake.end()
    if (!installed) await collectBlobs(node.db, node.blobs)
  }
}

function swapped(expected: string, { digest, descriptor, version }: PackageHead): OutpostError {
  return new OutpostError(
    'PACKAGE_DIGEST',
    `The file holds ${descriptor.id}@${version} with the digest ${digest}, which is not the package that was looked at.`,
    { hint: 'Somebody changed the file meanwhile. Open it again.', details: { expected, actual: digest } },
  )
}

/** Manifest and configuration stand in the version's row, so they are no blobs: the reader has checked them with the head. */
async function storeLayer(
  intake: BlobIntake,
  wanted: ReadonlySet<string>,
  digest: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  if (wanted.has(digest)) await intake.write(chunks, { digest, signal })
  else for await (const _chunk of chunks);
}

/** The very bytes are registered already: nothing needs to be checked again. */
function sameVersion(node: NodeContext, head: PackageHead): boolean {
  const model = findModel(node.db, head.descriptor.id)
  const version = model && findVersion(node.db, model.id, versionIdentity(head.version))
  return version?.manifestDigest === head.digest
}

const artifactKinds = {
  weight: 'weight',
  descriptor: 'descriptor',
  weightConfig: 'config',
  document: 'document',
  code: 'code',
  data: 'dataset',
} as const

export const artifactsOf = (head: Pick<PackageHead, 'files'>): ArtifactRow[] =>
  head.files.map(({ path, kind, digest, bytes }) => ({
    path,
    kind: artifactKinds[kind],
    digest,
    bytes,
    mediaType: mediaTypeOf(kind),
  }))

async function check(
  node: NodeContext,
  head: OpenedPackage,
  intake: BlobIntake,
  options: InstallOptions,
  watch: Watch,
): Promise<{ report: ValidationReport; graph: GraphSummary | null }> {
  const tree = join(node.paths.staging, watch.id)
  const contentKey = contentKeyFor(node, head)
  await rm(tree, { recursive: true, force: true })
  try {
    await linkTree(node.paths.root, artifactsOf(head), tree, intake.stampOf)
    const { report, graph } = await examine(
      node,
      tree,
      {
        skipRun: options.skipRun,
        package: factsOf(head),
        ...(contentKey && { contentKey: contentKey.toString('hex') }),
      },
      watch,
      { from: 0.6, to: 0.98 },
    )
    if (report.verdict === 'failed') throw refused(head, report)
    return { report, graph }
  } finally {
    contentKey?.fill(0)
    await rm(tree, { recursive: true, force: true })
  }
}

/** Null where the weights are not sealed; a license has to bring the key before the package comes. */
function contentKeyFor(node: NodeContext, head: PackageHead): Buffer | null {
  const { descriptor, digest, signature } = head
  if (!descriptor.sealed) return null
  const version = {
    model: descriptor.id,
    version: versionIdentity(head.version),
    digest,
    publisherFingerprint: signature?.fingerprint ?? null,
    releasedAt: node.licensing.now(),
  }
  return contentKeyOf(node.licensing, version, descriptor.sealed.keyId)
}

/** The lab sees a folder of links; that the package was whole and signed was shown while it was read. */
const factsOf = ({ digest, bytes, files, signature }: OpenedPackage): LabTask['package'] => ({
  digest,
  bytes,
  files: files.length,
  signature: signature && { publisher: signature.publisher, fingerprint: signature.fingerprint },
})

function refused(
  subject: { descriptor: { id: string }; version: string },
  report: ValidationReport,
): OutpostError {
  const failed = report.checks.find(({ outcome }) => outcome === 'failed')
  return new OutpostError(
    'VALIDATION_FAILED',
    `${subject.descriptor.id}@${subject.version} did not pass the check "${failed?.name}": ${failed?.message}`,
    {
      hint: failed?.hint ?? 'The report says what each check found.',
      details: { check: failed?.name, report },
    },
  )
}

function register(
  node: NodeContext,
  head: PackageHead,
  facts: InstallOptions & {
    publisher: PublisherSeen | undefined
    report: ValidationReport | null
    graph: GraphSummary | null
  },
): Registered {
  const by = { actor: facts.actor.name, at: isoTime(node.clock) }
  return inTransaction(node.db, () => {
    trustAdmitted(node, facts.actor, head, facts.trust)
    const registered = registerVersion(
      node.db,
      {
        descriptor: head.descriptor,
        manifestDigest: head.digest,
        manifest: head.manifestBytes.toString('utf8'),
        config: head.configBytes.toString('utf8'),
        signature: head.signatureBytes?.toString('utf8') ?? null,
        publisher: { name: facts.publisher?.name ?? '', fingerprint: facts.publisher?.fingerprint ?? null },
        artifacts: artifactsOf(head),
        graph: facts.graph,
        validation: facts.report,
        source: facts.source,
        claimedAt: facts.claimedAt ?? null,
        registeredAt: node.licensing.isoNow(),
      },
      by,
    )
    nextSnapshot(node.db)
    return registered
  })
}
