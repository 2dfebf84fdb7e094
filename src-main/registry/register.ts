/**
 * Puts a version into the registry, in one transaction with its artifacts, its place among its neighbours, the search
 * index and the audit record. Registered bytes never change: the same again is no change, others are refused (R22).
 */
import { OutpostError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { versionNumbers, versionSortKey, withBuild } from '../base/version-order.ts'
import type { GraphSummary, PackageDescriptor } from '../contract/package.ts'
import type { ValidationReport } from '../contract/validation.ts'
import type { ArtifactRow } from '../contract/views.ts'
import { inTransaction, type NodeWriter } from '../store/sqlite.ts'
import { insertArtifacts } from '../store/tables/artifacts.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { insertBlob } from '../store/tables/blob-rows.ts'
import { nodeId } from '../store/tables/meta.ts'
import { findModel, insertModel, type StoredModel } from '../store/tables/models.ts'
import { findRemovedVersion } from '../store/tables/removed-versions.ts'
import { findVersion, insertVersion, type StoredVersion, setIntact } from '../store/tables/versions.ts'
import { headlineMetric } from './benchmark-deltas.ts'
import { refreshModel } from './refresh-model.ts'
import { type Names, namesOf, problemsAmong } from './registration-rules.ts'
import type { VersionProblem } from './version-rules.ts'

export interface Registration {
  descriptor: PackageDescriptor
  /** Of the OCI manifest: the identity of the version's bytes. */
  manifestDigest: string
  /** Manifest, config and signature byte for byte. */
  manifest: string
  config: string
  signature: string | null
  publisher: { name: string; fingerprint: string | null }
  /** In the order of the manifest's layers; their blobs lie in the store, held by the caller's intake. */
  artifacts: readonly ArtifactRow[]
  graph: GraphSummary | null
  validation: ValidationReport | null
  source: 'built' | 'imported' | 'sample'
  /** R97: the time of registration that the caller states, ISO 8601. */
  claimedAt?: string | null
  /**
   * The time that licenses go by, ISO 8601: a version that came after a license's end has no grace, whatever the clock
   * of the machine was set to meanwhile. The time of the change where it is left out.
   */
  registeredAt?: string
}

export interface Registered {
  outcome: 'registered' | 'same'
  versionId: string
  model: string
  /** With the data version as build metadata. */
  version: string
}

/**
 * VERSION_EXISTS where this version holds, or held before it was deleted, other bytes or another data version, VERSION_RULE and
 * MIGRATION_GUIDE_MISSING where the number promises what the contents break. The blobs must be in the store.
 */
export function registerVersion(db: NodeWriter, registration: Registration, by: By): Registered {
  const names = namesOf(registration.descriptor)
  return inTransaction(db, () => {
    const model = findModel(db, registration.descriptor.id)
    const existing = model && findVersion(db, model.id, names.version)
    if (existing) return sameOrRefused(db, registration, names, existing, by)
    refuseUsedNumber(db, registration, names)
    const exact = registration.source === 'built'
    const [problem, ...more] = model ? problemsAmong(db, model.id, registration, names, exact) : []
    if (problem) throw asError(registration, problem, more)
    return insert(db, registration, names, model, by)
  })
}

function sameOrRefused(
  db: NodeWriter,
  registration: Registration,
  names: Names,
  existing: StoredVersion,
  by: By,
): Registered {
  const stored = withBuild(existing.version, existing.dataVersion)
  const model = registration.descriptor.id
  if (existing.manifestDigest === registration.manifestDigest) {
    // The bytes were just put into the store again, so an earlier verdict on them no longer holds.
    if (existing.intact === false) setIntact(db, existing.id, null, by.at)
    return { outcome: 'same', versionId: existing.id, model, version: stored }
  }
  const other =
    existing.dataVersion === names.dataVersion ? 'with other contents' : 'with another data version'
  throw new OutpostError('VERSION_EXISTS', `${model}@${stored} is registered already ${other}.`, {
    hint: 'Registered versions never change. Give the new contents a new version number.',
    details: { model, version: stored, digest: existing.manifestDigest },
  })
}

/** A consumer that pinned the number of a version that was deleted must not get something else for it. */
function refuseUsedNumber(db: NodeWriter, { descriptor, manifestDigest }: Registration, names: Names): void {
  const removed = findRemovedVersion(db, descriptor.id, names.version)
  if (!removed || removed.manifestDigest === manifestDigest) return
  const { manifestDigest: digest, removedAt, removedBy } = removed
  throw new OutpostError(
    'VERSION_EXISTS',
    `${descriptor.id}@${names.version} was used by ${digest} and was deleted at ${removedAt}.`,
    {
      hint: 'A number stands for the same contents for ever. Give these the next version number.',
      details: { model: descriptor.id, version: names.version, digest, removedAt, removedBy },
    },
  )
}

function asError(registration: Registration, problem: VersionProblem, more: VersionProblem[]): OutpostError {
  const problems = [problem, ...more]
  return new OutpostError(problem.code, problems.map(({ message }) => message).join(' '), {
    hint: problem.hint,
    details: { model: registration.descriptor.id, version: registration.descriptor.version, problems },
  })
}

function insert(
  db: NodeWriter,
  registration: Registration,
  names: Names,
  known: StoredModel | null,
  by: By,
): Registered {
  const { descriptor, validation } = registration
  const modelId = known?.id ?? insertNewModel(db, registration, by)
  const metric = headlineMetric(descriptor, validation)
  const versionId = newId()
  for (const artifact of registration.artifacts) insertBlob(db, artifact, by.at)
  insertVersion(db, {
    id: versionId,
    originNode: nodeId(db),
    modelId,
    ...names,
    ...versionNumbers(names.version),
    sortKey: versionSortKey(names.version),
    changeType: descriptor.change.type,
    manifestDigest: registration.manifestDigest,
    manifest: registration.manifest,
    config: registration.config,
    signature: registration.signature,
    publisherName: registration.publisher.name,
    publisherFingerprint: registration.publisher.fingerprint,
    descriptor: JSON.stringify(descriptor),
    graph: registration.graph && JSON.stringify(registration.graph),
    validation: validation && JSON.stringify(validation),
    batchSafe: validation?.batchSafe ?? null,
    metricName: metric?.name ?? null,
    metricValue: metric?.value ?? null,
    bytes: registration.artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0),
    source: registration.source,
    registeredAt: registration.registeredAt ?? by.at,
    claimedAt: registration.claimedAt ?? null,
  })
  insertArtifacts(db, versionId, registration.artifacts)
  refreshModel(db, modelId, versionSortKey(names.version), by.at)
  const version = withBuild(names.version, names.dataVersion)
  appendAuditEntry(db, {
    ...by,
    action: 'version.register',
    object: `${descriptor.id}@${version}`,
    outcome: 'done',
    details: {
      digest: registration.manifestDigest,
      source: registration.source,
      publisher: registration.publisher.name,
      fingerprint: registration.publisher.fingerprint,
      ...(registration.claimedAt ? { claimedAt: registration.claimedAt } : {}),
    },
  })
  return { outcome: 'registered', versionId, model: descriptor.id, version }
}

function insertNewModel(db: NodeWriter, { descriptor, source }: Registration, by: By): string {
  const id = newId()
  insertModel(db, {
    id,
    originNode: nodeId(db),
    name: descriptor.id,
    publisher: descriptor.id.split('.', 1)[0] ?? '',
    title: descriptor.title,
    summary: descriptor.summary,
    task: descriptor.task,
    tags: descriptor.tags,
    owner: descriptor.owner,
    source,
    createdAt: by.at,
    updatedAt: by.at,
  })
  return id
}
