/** Aliases that were pinned to a version. The moving ones (latest, stable) have no row until someone pins them. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface PinnedAlias {
  alias: string
  versionId: string
  version: string
  dataVersion: string | null
}

export const aliasesOf = (db: NodeReader, modelId: string): PinnedAlias[] =>
  sql<PinnedAlias>(
    db,
    `select a.alias, a.version_id as versionId, v.version, v.data_version as dataVersion
      from aliases a join versions v on v.id = a.version_id where a.model_id = ? order by a.alias`,
  ).all(modelId)

export const aliasesOfVersion = (db: NodeReader, versionId: string): string[] =>
  sql<{ alias: string }>(db, 'select alias from aliases where version_id = ? order by alias')
    .all(versionId)
    .map((row) => row.alias)

export function setAlias(
  db: NodeWriter,
  modelId: string,
  alias: string,
  versionId: string,
  at: string,
): void {
  sql(
    db,
    `insert into aliases (model_id, alias, version_id, set_at) values (?, ?, ?, ?)
      on conflict (model_id, alias) do update set version_id = excluded.version_id, set_at = excluded.set_at`,
  ).run(modelId, alias, versionId, at)
}

/** False where it was not pinned. */
export const deleteAlias = (db: NodeWriter, modelId: string, alias: string): boolean =>
  sql(db, 'delete from aliases where model_id = ? and alias = ?').run(modelId, alias).changes === 1
