/** What serving reads of node.db: endpoints with the versions that they serve, and the names it must tell apart. */
import { z } from 'zod'
import { type PackageDescriptor, packageDescriptor } from '../contract/package.ts'
import { type KeyScope, keyScope } from '../contract/views.ts'
import { type NodeReader, readJson, sql } from './sqlite.ts'

export interface StoredVersion {
  versionId: string
  model: string
  modelId: string
  /** With the data version as build metadata. */
  version: string
  /** Of the OCI manifest. */
  digest: string
  batchSafe: boolean
  descriptor: PackageDescriptor
  files: Array<{ path: string; digest: string; bytes: number }>
}

export interface StoredEndpoint {
  id: string
  name: string
  modelId: string
  versionId: string
  executionProvider: string
  running: boolean
}

export interface StoredKey {
  hash: string
  name: string
  scopes: KeyScope[]
  /** Milliseconds since the epoch. */
  expiresAt: number | null
}

export const listEndpoints = (db: NodeReader): StoredEndpoint[] =>
  sql<Omit<StoredEndpoint, 'running'> & { desired: string }>(
    db,
    `select id, name, model_id as modelId, version_id as versionId, execution_provider as executionProvider, desired
     from endpoints order by created_at, id`,
  )
    .all()
    .map(({ desired, ...row }) => ({ ...row, running: desired === 'running' }))

interface VersionColumns {
  versionId: string
  model: string
  modelId: string
  version: string
  dataVersion: string | null
  digest: string
  batchSafe: number | null
  descriptor: string
}

export function readStoredVersion(db: NodeReader, versionId: string): StoredVersion | null {
  const row = sql<VersionColumns>(
    db,
    `select v.id as versionId, m.name as model, v.model_id as modelId, v.version, v.data_version as dataVersion,
       v.manifest_digest as digest, v.batch_safe as batchSafe, v.descriptor
     from versions v join models m on m.id = v.model_id where v.id = ?`,
  ).get(versionId)
  if (!row) return null
  const files = sql<StoredVersion['files'][number]>(
    db,
    'select path, digest, bytes from artifacts where version_id = ? order by position',
  ).all(versionId)
  const { dataVersion, batchSafe, descriptor, ...rest } = row
  return {
    ...rest,
    version: fullVersion(row.version, dataVersion),
    batchSafe: batchSafe === 1,
    descriptor: readJson(packageDescriptor, descriptor, 'descriptor'),
    files,
  }
}

const fullVersion = (version: string, dataVersion: string | null): string =>
  dataVersion === null ? version : `${version}+${dataVersion}`

export interface NamedVersion {
  versionId: string
  version: string
}

/** A model's versions, newest first, and its aliases; null where no such model is registered. */
export function readModelNames(
  db: NodeReader,
  model: string,
): { versions: NamedVersion[]; aliases: Map<string, string> } | null {
  const found = sql<{ id: string }>(db, 'select id from models where name = ?').get(model)
  if (!found) return null
  const versions = sql<NamedVersion & { dataVersion: string | null }>(
    db,
    `select id as versionId, version, data_version as dataVersion from versions where model_id = ?
     order by sort_key desc`,
  ).all(found.id)
  const aliases = sql<{ alias: string; versionId: string }>(
    db,
    'select alias, version_id as versionId from aliases where model_id = ?',
  ).all(found.id)
  return {
    versions: versions.map((row) => ({
      versionId: row.versionId,
      version: fullVersion(row.version, row.dataVersion),
    })),
    aliases: new Map(aliases.map((row) => [row.alias, row.versionId])),
  }
}

/** Keys that are not revoked; whether one has expired is told at each call. */
export const listActiveKeys = (db: NodeReader): StoredKey[] =>
  sql<{ hash: string; name: string; scopes: string; expiresAt: string | null }>(
    db,
    'select hash, name, scopes, expires_at as expiresAt from api_keys where revoked_at is null',
  )
    .all()
    .map((row) => ({
      hash: row.hash,
      name: row.name,
      scopes: readJson(z.array(keyScope), row.scopes, 'scopes'),
      expiresAt: row.expiresAt === null ? null : Date.parse(row.expiresAt),
    }))
