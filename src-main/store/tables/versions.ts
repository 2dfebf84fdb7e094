/**
 * Versions: immutable once registered, apart from what is said about them later (stage, deprecation, verification)
 * and what is computed against their neighbours (predecessor, benchmark deltas). sort_key orders as semver does.
 */
import { asBoolean, asInteger, type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredVersion {
  id: string
  modelId: string
  /** Semver without build metadata: the identity within the model. */
  version: string
  dataVersion: string | null
  prerelease: string | null
  sortKey: string
  changeType: string
  stage: string
  manifestDigest: string
  publisherName: string
  publisherFingerprint: string | null
  batchSafe: boolean | null
  metricName: string | null
  metricValue: number | null
  /** JSON. */
  benchmarkDeltas: string
  predecessorId: string | null
  bytes: number
  source: string
  intact: boolean | null
  verifiedAt: string | null
  deprecatedAt: string | null
  sunsetAt: string | null
  replacement: string | null
  registeredAt: string
}

/** The documents of a version: read for one version at a time, never for a list. */
export interface StoredDocuments {
  manifest: string
  config: string
  signature: string | null
  descriptor: string
  graph: string | null
  validation: string | null
  /** When the caller says that it registered the version; `registeredAt` is when this node did. */
  claimedAt: string | null
}

export interface RawVersion extends Omit<StoredVersion, 'batchSafe' | 'intact'> {
  batchSafe: number | null
  intact: number | null
}

export const versionColumns = `v.id, v.model_id as modelId, v.version, v.data_version as dataVersion, v.prerelease,
  v.sort_key as sortKey, v.change_type as changeType, v.stage, v.manifest_digest as manifestDigest,
  v.publisher_name as publisherName, v.publisher_fingerprint as publisherFingerprint, v.batch_safe as batchSafe,
  v.metric_name as metricName, v.metric_value as metricValue, v.benchmark_deltas as benchmarkDeltas,
  v.predecessor_id as predecessorId, v.bytes, v.source, v.intact, v.verified_at as verifiedAt,
  v.deprecated_at as deprecatedAt, v.sunset_at as sunsetAt, v.replacement, v.registered_at as registeredAt`

export const readVersion = (row: RawVersion): StoredVersion => ({
  ...row,
  batchSafe: asBoolean(row.batchSafe),
  intact: asBoolean(row.intact),
})

const one = (db: NodeReader, condition: string, ...values: unknown[]): StoredVersion | null => {
  const row = sql<RawVersion>(db, `select ${versionColumns} from versions v where ${condition}`).get(
    ...values,
  )
  return row ? readVersion(row) : null
}

/** `version` without build metadata. */
export const findVersion = (db: NodeReader, modelId: string, version: string): StoredVersion | null =>
  one(db, 'v.model_id = ? and v.version = ?', modelId, version)

export const findVersionById = (db: NodeReader, id: string): StoredVersion | null => one(db, 'v.id = ?', id)

/** As the model says; null where there is no such model. */
export const newestVersion = (
  db: NodeReader,
  model: { latestVersionId: string | null } | null,
): StoredVersion | null =>
  model === null || model.latestVersionId === null ? null : findVersionById(db, model.latestVersionId)

export const versionAt = (db: NodeReader, modelId: string, sortKey: string): StoredVersion | null =>
  one(db, 'v.model_id = ? and v.sort_key = ?', modelId, sortKey)

/** The nearest version below this place in the order. */
export const versionBelow = (db: NodeReader, modelId: string, sortKey: string): StoredVersion | null =>
  one(db, 'v.model_id = ? and v.sort_key < ? order by v.sort_key desc limit 1', modelId, sortKey)

export const versionAbove = (db: NodeReader, modelId: string, sortKey: string): StoredVersion | null =>
  one(db, 'v.model_id = ? and v.sort_key > ? order by v.sort_key limit 1', modelId, sortKey)

/** The nearest version below that has other numbers: what a prerelease and its release are both compared with. */
export const releaseBelow = (
  db: NodeReader,
  modelId: string,
  sortKey: string,
  numbers: { major: number; minor: number; patch: number },
): StoredVersion | null =>
  one(
    db,
    `v.model_id = ? and v.sort_key < ? and not (v.major = ? and v.minor = ? and v.patch = ?)
      order by v.sort_key desc limit 1`,
    modelId,
    sortKey,
    numbers.major,
    numbers.minor,
    numbers.patch,
  )

export function readDocuments(db: NodeReader, versionId: string): StoredDocuments | null {
  return (
    sql<StoredDocuments>(
      db,
      'select manifest, config, signature, descriptor, graph, validation, claimed_at as claimedAt from versions where id = ?',
    ).get(versionId) ?? null
  )
}

/** Of the newest versions, newest first. */
export const releaseNotes = (db: NodeReader, modelId: string, limit: number): string[] =>
  sql<{ notes: string | null }>(
    db,
    `select descriptor ->> '$.change.releaseNotes' as notes from versions where model_id = ?
      order by sort_key desc limit ?`,
  )
    .all(modelId, limit)
    .map((row) => row.notes ?? '')

/** What resolving needs of every version of a model, newest first. */
export interface VersionName {
  id: string
  version: string
  dataVersion: string | null
}
export const versionNames = (db: NodeReader, modelId: string): VersionName[] =>
  sql<VersionName>(
    db,
    'select id, version, data_version as dataVersion from versions where model_id = ? order by sort_key desc',
  ).all(modelId)

export type NewVersion = Omit<
  StoredVersion,
  | 'stage'
  | 'benchmarkDeltas'
  | 'predecessorId'
  | 'intact'
  | 'verifiedAt'
  | 'deprecatedAt'
  | 'sunsetAt'
  | 'replacement'
> &
  StoredDocuments & { originNode: string; major: number; minor: number; patch: number }

export function insertVersion(db: NodeWriter, version: NewVersion): void {
  sql(
    db,
    `insert into versions (id, origin_node, model_id, version, data_version, major, minor, patch, prerelease, sort_key,
      change_type, manifest_digest, manifest, config, signature, publisher_name, publisher_fingerprint, descriptor,
      graph, validation, batch_safe, metric_name, metric_value, bytes, source, registered_at, claimed_at)
    values (@id, @originNode, @modelId, @version, @dataVersion, @major, @minor, @patch, @prerelease, @sortKey,
      @changeType, @manifestDigest, @manifest, @config, @signature, @publisherName, @publisherFingerprint, @descriptor,
      @graph, @validation, @batchSafe, @metricName, @metricValue, @bytes, @source, @registeredAt, @claimedAt)`,
  ).run({ ...version, batchSafe: asInteger(version.batchSafe) })
}

export function setPredecessor(
  db: NodeWriter,
  versionId: string,
  predecessorId: string | null,
  benchmarkDeltas: Record<string, number>,
): void {
  sql(
    db,
    'update versions set predecessor_id = ?, benchmark_deltas = ?, revision = revision + 1 where id = ?',
  ).run(predecessorId, JSON.stringify(benchmarkDeltas), versionId)
}

export type Deprecation = Pick<StoredVersion, 'deprecatedAt' | 'sunsetAt' | 'replacement'>

/** R61. All null takes it back. */
export const setDeprecation = (
  db: NodeWriter,
  versionId: string,
  { deprecatedAt, sunsetAt, replacement }: Deprecation,
): void =>
  void sql(
    db,
    'update versions set deprecated_at = ?, sunset_at = ?, replacement = ?, revision = revision + 1 where id = ?',
  ).run(deprecatedAt, sunsetAt, replacement, versionId)

/** Null: nothing is known any more, because the bytes were put back and nobody has looked since. */
export function setIntact(
  db: NodeWriter,
  versionId: string,
  intact: boolean | null,
  at: string | null,
): void {
  sql(db, 'update versions set intact = ?, verified_at = ? where id = ?').run(
    asInteger(intact),
    at,
    versionId,
  )
}

/** Of one model or of all, with their models' names. */
export const versionsToVerify = (
  db: NodeReader,
  modelId: string | null,
): { id: string; model: string; version: string; dataVersion: string | null }[] =>
  sql<{ id: string; model: string; version: string; dataVersion: string | null }>(
    db,
    `select v.id, m.name as model, v.version, v.data_version as dataVersion
      from versions v join models m on m.id = v.model_id
      where @modelId is null or v.model_id = @modelId order by m.name, v.sort_key desc`,
  ).all({ modelId })

export function deleteVersion(db: NodeWriter, versionId: string): void {
  sql(db, 'delete from versions where id = ?').run(versionId)
}

export const countVersions = (db: NodeReader): number =>
  sql<{ count: number }>(db, 'select count(*) as count from versions').get()?.count ?? 0
