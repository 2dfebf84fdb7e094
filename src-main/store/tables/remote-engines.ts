/** Remote engines, with their tokens sealed. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredRemote {
  id: string
  name: string
  url: string
  model: string
  modelVersion: string | null
  /** base/seal.ts. */
  tokenSealed: string | null
  timeoutMs: number
  createdAt: string
}

const columns = `id, name, url, model, model_version as modelVersion, token_sealed as tokenSealed,
  timeout_ms as timeoutMs, created_at as createdAt`

export const listRemotes = (db: NodeReader): StoredRemote[] =>
  sql<StoredRemote>(db, `select ${columns} from remote_engines order by name`).all()

export const findRemote = (db: NodeReader, name: string): StoredRemote | null =>
  sql<StoredRemote>(db, `select ${columns} from remote_engines where name = ?`).get(name) ?? null

export const insertRemote = (db: NodeWriter, remote: StoredRemote & { originNode: string }): void =>
  void sql(
    db,
    `insert into remote_engines (id, origin_node, name, url, model, model_version, token_sealed, timeout_ms, created_at)
      values (@id, @originNode, @name, @url, @model, @modelVersion, @tokenSealed, @timeoutMs, @createdAt)`,
  ).run(remote)

/** All but its name. */
export const updateRemote = (db: NodeWriter, remote: StoredRemote): void =>
  void sql(
    db,
    `update remote_engines set url = @url, model = @model, model_version = @modelVersion,
      token_sealed = @tokenSealed, timeout_ms = @timeoutMs, revision = revision + 1 where id = @id`,
  ).run(remote)

export const deleteRemote = (db: NodeWriter, name: string): void =>
  void sql(db, 'delete from remote_engines where name = ?').run(name)

/** Endpoints that name it for a version of theirs, whether they run or not; also as the way back. */
export const endpointsOfRemote = (db: NodeReader, executionProvider: string): string[] =>
  sql<{ name: string }>(
    db,
    `select name from endpoints where execution_provider = @provider
      union select e.name from endpoint_targets t join endpoints e on e.id = t.endpoint_id
        where t.execution_provider = @provider
      order by name`,
  )
    .all({ provider: executionProvider })
    .map(({ name }) => name)

/** The versions that it answers for in them. */
export const versionsOfRemote = (db: NodeReader, executionProvider: string): string[] =>
  sql<{ id: string }>(
    db,
    `select version_id as id from endpoints where execution_provider = @provider
      union select version_id from endpoint_targets where execution_provider = @provider`,
  )
    .all({ provider: executionProvider })
    .map(({ id }) => id)
