/** Endpoints: what is deployed and whether it should run. What it does now is serving's to report. */
import { z } from 'zod'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

/** set-aside: it brought the serving process down twice; it runs again when a person starts it. */
const desiredState = z.enum(['running', 'stopped', 'set-aside'])
export type DesiredState = z.infer<typeof desiredState>

export interface StoredEndpoint {
  id: string
  name: string
  modelId: string
  /** publisher.name */
  model: string
  versionId: string
  version: string
  dataVersion: string | null
  manifestDigest: string
  executionProvider: string
  /** JSON: contract/traffic.ts and contract/hosting.ts. */
  policy: string
  settings: string
  desired: DesiredState
  /** Grows with every deploy, start and stop. */
  revision: number
  createdAt: string
  updatedAt: string
}

const select = `select e.id, e.name, e.model_id as modelId, m.name as model, e.version_id as versionId, v.version,
  v.data_version as dataVersion, v.manifest_digest as manifestDigest, e.execution_provider as executionProvider,
  e.policy, e.settings, e.desired, e.revision, e.created_at as createdAt, e.updated_at as updatedAt
  from endpoints e join models m on m.id = e.model_id join versions v on v.id = e.version_id`

const ofModels = `${select} where e.model_id in (select value from json_each(?)) order by e.name`

type Raw = Omit<StoredEndpoint, 'desired'> & { desired: string }
const read = (row: Raw): StoredEndpoint => ({ ...row, desired: desiredState.parse(row.desired) })

export const listEndpoints = (db: NodeReader): StoredEndpoint[] =>
  sql<Raw>(db, `${select} order by e.name`).all().map(read)

export function findEndpoint(db: NodeReader, name: string): StoredEndpoint | null {
  const row = sql<Raw>(db, `${select} where e.name = ?`).get(name)
  return row ? read(row) : null
}

export const endpointsOfModel = (db: NodeReader, modelId: string): StoredEndpoint[] =>
  sql<Raw>(db, `${select} where e.model_id = ? order by e.name`).all(modelId).map(read)

/** Of a page of models at once, by model id. */
export function endpointsOfModels(
  db: NodeReader,
  modelIds: readonly string[],
): Map<string, StoredEndpoint[]> {
  const rows = sql<Raw>(db, ofModels).all(JSON.stringify(modelIds))
  return Map.groupBy(rows.map(read), (endpoint) => endpoint.modelId)
}

/** Those whose primary version it is. */
export const endpointsOfVersion = (db: NodeReader, versionId: string): StoredEndpoint[] =>
  sql<Raw>(db, `${select} where e.version_id = ? order by e.name`).all(versionId).map(read)

export const findEndpointById = (db: NodeReader, id: string): StoredEndpoint | null => {
  const row = sql<Raw>(db, `${select} where e.id = ?`).get(id)
  return row ? read(row) : null
}

/** A new endpoint, or the next version on one that is there. */
export function putEndpoint(
  db: NodeWriter,
  endpoint: Pick<
    StoredEndpoint,
    'id' | 'name' | 'modelId' | 'versionId' | 'executionProvider' | 'desired'
  > & {
    originNode: string
    at: string
  },
): void {
  sql(
    db,
    `insert into endpoints (id, origin_node, name, model_id, version_id, execution_provider, desired, created_at, updated_at)
      values (@id, @originNode, @name, @modelId, @versionId, @executionProvider, @desired, @at, @at)
      on conflict (name) do update set version_id = excluded.version_id, model_id = excluded.model_id,
        execution_provider = excluded.execution_provider, desired = excluded.desired, updated_at = excluded.updated_at,
        revision = revision + 1`,
  ).run(endpoint)
}

/** False where there is no such endpoint. */
export const setDesired = (db: NodeWriter, name: string, desired: DesiredState, at: string): boolean =>
  sql(db, 'update endpoints set desired = ?, updated_at = ?, revision = revision + 1 where name = ?').run(
    desired,
    at,
    name,
  ).changes === 1

export const deleteEndpoint = (db: NodeWriter, name: string): boolean =>
  sql(db, 'delete from endpoints where name = ?').run(name).changes === 1

export const countEndpoints = (db: NodeReader): number =>
  sql<{ count: number }>(db, 'select count(*) as count from endpoints').get()?.count ?? 0

export const setDevice = (db: NodeWriter, id: string, executionProvider: string, at: string): void =>
  void sql(
    db,
    'update endpoints set execution_provider = ?, updated_at = ?, revision = revision + 1 where id = ?',
  ).run(executionProvider, at, id)

/** A changed setting is no new start, so the revision stays. */
export const setSettings = (db: NodeWriter, id: string, settings: string, at: string): void =>
  void sql(db, 'update endpoints set settings = ?, updated_at = ? where id = ?').run(settings, at, id)

export const setPolicy = (db: NodeWriter, id: string, policy: string, at: string): void =>
  void sql(db, 'update endpoints set policy = ?, updated_at = ? where id = ?').run(policy, at, id)
