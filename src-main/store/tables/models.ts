/**
 * Models: one row a name, with what a list shows of its versions kept beside it (newest, stable, count, bytes), so
 * that a page of a hundred thousand is a walk along one index. registry/ keeps those in step in its transactions.
 */
import { z } from 'zod'
import { type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

export interface StoredModel {
  sequence: number
  id: string
  name: string
  publisher: string
  title: string
  summary: string
  task: string
  tags: string[]
  owner: { name: string; contact?: string | undefined }
  latestVersionId: string | null
  stableVersionId: string | null
  versionCount: number
  latestBytes: number
  source: string
  createdAt: string
  updatedAt: string
}

const modelColumns = `m.sequence, m.id, m.name, m.publisher, m.title, m.summary, m.task, m.tags, m.owner,
  m.latest_version_id as latestVersionId, m.stable_version_id as stableVersionId, m.version_count as versionCount,
  m.latest_bytes as latestBytes, m.source, m.created_at as createdAt, m.updated_at as updatedAt`

const tagList = z.array(z.string())
const person = z.object({ name: z.string(), contact: z.string().optional() })

export interface RawModel extends Omit<StoredModel, 'tags' | 'owner'> {
  tags: string
  owner: string
}

const readModel = (row: RawModel): StoredModel => ({
  ...row,
  tags: readJson(tagList, row.tags, 'list of tags'),
  owner: readJson(person, row.owner, 'model owner'),
})

export function findModel(db: NodeReader, name: string): StoredModel | null {
  const row = sql<RawModel>(db, `select ${modelColumns} from models m where m.name = ?`).get(name)
  return row ? readModel(row) : null
}

export function findModelById(db: NodeReader, id: string): StoredModel | null {
  const row = sql<RawModel>(db, `select ${modelColumns} from models m where m.id = ?`).get(id)
  return row ? readModel(row) : null
}

/** Inserts the model and returns its sequence, under which it stands in the search index. */
export function insertModel(
  db: NodeWriter,
  model: Omit<
    StoredModel,
    'sequence' | 'latestVersionId' | 'stableVersionId' | 'versionCount' | 'latestBytes'
  > & {
    originNode: string
  },
): number {
  const result = sql(
    db,
    `insert into models (id, origin_node, name, publisher, title, summary, task, tags, owner, source, created_at, updated_at)
      values (@id, @originNode, @name, @publisher, @title, @summary, @task, @tags, @owner, @source, @createdAt, @updatedAt)`,
  ).run({ ...model, tags: JSON.stringify(model.tags), owner: JSON.stringify(model.owner) })
  return Number(result.lastInsertRowid)
}

/** What is shown of a model is what its newest version says of it. */
export function describeModel(
  db: NodeWriter,
  model: Pick<
    StoredModel,
    'id' | 'sequence' | 'title' | 'summary' | 'task' | 'tags' | 'owner' | 'source' | 'updatedAt'
  >,
): void {
  sql(
    db,
    `update models set title = @title, summary = @summary, task = @task, tags = @tags, owner = @owner, source = @source,
      updated_at = @updatedAt, revision = revision + 1 where id = @id`,
  ).run({
    id: model.id,
    title: model.title,
    summary: model.summary,
    task: model.task,
    source: model.source,
    updatedAt: model.updatedAt,
    tags: JSON.stringify(model.tags),
    owner: JSON.stringify(model.owner),
  })
  sql(db, 'delete from model_tags where model_sequence = ?').run(model.sequence)
  for (const tag of new Set(model.tags)) {
    sql(db, 'insert into model_tags (tag, model_sequence) values (?, ?)').run(tag, model.sequence)
  }
}

export function setModelVersions(
  db: NodeWriter,
  modelId: string,
  versions: Pick<StoredModel, 'latestVersionId' | 'stableVersionId' | 'versionCount' | 'latestBytes'>,
): void {
  sql(
    db,
    `update models set latest_version_id = @latestVersionId, stable_version_id = @stableVersionId,
      version_count = @versionCount, latest_bytes = @latestBytes, revision = revision + 1 where id = @modelId`,
  ).run({ modelId, ...versions })
}

export function deleteModel(db: NodeWriter, modelId: string): void {
  sql(db, 'delete from models where id = ?').run(modelId)
}

export const countModels = (db: NodeReader): number =>
  sql<{ count: number }>(db, 'select count(*) as count from models').get()?.count ?? 0

export const countModelsFrom = (db: NodeReader, source: StoredModel['source']): number =>
  sql<{ count: number }>(db, 'select count(*) as count from models where source = ?').get(source)?.count ?? 0

export const countTagged = (db: NodeReader, tag: string): number =>
  sql<{ count: number }>(db, 'select count(*) as count from model_tags where tag = ?').get(tag)?.count ?? 0

/** All models of one source; used for the samples, which are few. */
export const modelsFrom = (db: NodeReader, source: StoredModel['source']): StoredModel[] =>
  sql<RawModel>(db, `select ${modelColumns} from models m where m.source = ? order by m.name`)
    .all(source)
    .map(readModel)
