/** Drafts of the package wizard. Their descriptor need not be valid yet, so it is kept as it was typed. */
import { z } from 'zod'
import { draftStep } from '../../contract/choices.ts'
import { draftFile, textOrigins } from '../../contract/draft-views.ts'
import { graphSummary } from '../../contract/package.ts'
import { validationReport } from '../../contract/validation.ts'
import {
  type NodeReader,
  type NodeWriter,
  type RowWindow,
  readJson,
  readJsonOrNull,
  readWindow,
  sql,
} from '../sqlite.ts'

const draftTexts = z.object({
  card: z.string(),
  license: z.string(),
  migrationGuide: z.string(),
  labels: z.string(),
})
/** In the column of the texts, beside them; drafts of before have none. */
const storedOrigins = z.object({ origins: textOrigins.default({}) })

const storedDraft = z.object({
  id: z.string(),
  descriptor: z.record(z.string(), z.unknown()),
  texts: draftTexts,
  origins: textOrigins,
  files: z.array(draftFile),
  graph: graphSummary.nullable(),
  report: validationReport.nullable(),
  step: draftStep,
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type StoredDraft = z.infer<typeof storedDraft>

interface Raw {
  id: string
  descriptor: string
  texts: string
  files: string
  graph: string | null
  report: string | null
  step: string
  createdAt: string
  updatedAt: string
}

const columns =
  'id, descriptor, texts, files, graph, report, step, created_at as createdAt, updated_at as updatedAt'
const fields = storedDraft.shape

const read = (row: Raw): StoredDraft => ({
  id: row.id,
  descriptor: readJson(fields.descriptor, row.descriptor, 'draft'),
  texts: readJson(draftTexts, row.texts, 'draft text'),
  origins: readJson(storedOrigins, row.texts, 'draft text').origins,
  files: readJson(fields.files, row.files, 'list of draft files'),
  graph: readJsonOrNull(graphSummary, row.graph, 'graph summary'),
  report: readJsonOrNull(validationReport, row.report, 'validation report'),
  step: draftStep.parse(row.step),
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/** Last changed first. */
export function listDrafts(db: NodeReader, window: RowWindow): { rows: StoredDraft[]; total: number } {
  const order = 'updated_at desc, id desc'
  const { rows, total } = readWindow<Raw>(db, { columns, table: 'drafts', order }, window)
  return { rows: rows.map(read), total }
}

export const draftIds = (db: NodeReader): string[] =>
  sql<{ id: string }>(db, 'select id from drafts')
    .all()
    .map((row) => row.id)

export function findDraft(db: NodeReader, id: string): StoredDraft | null {
  const row = sql<Raw>(db, `select ${columns} from drafts where id = ?`).get(id)
  return row ? read(row) : null
}

/** Writes the whole draft: what is typed is kept as it is typed. */
export function putDraft(db: NodeWriter, draft: StoredDraft, originNode: string): void {
  const { origins, ...rest } = draft
  sql(
    db,
    `insert into drafts (id, origin_node, descriptor, texts, files, graph, report, step, created_at, updated_at)
      values (@id, @originNode, @descriptor, @texts, @files, @graph, @report, @step, @createdAt, @updatedAt)
      on conflict (id) do update set descriptor = excluded.descriptor, texts = excluded.texts, files = excluded.files,
        graph = excluded.graph, report = excluded.report, step = excluded.step, updated_at = excluded.updated_at,
        revision = revision + 1`,
  ).run({
    ...rest,
    originNode,
    descriptor: JSON.stringify(draft.descriptor),
    texts: JSON.stringify({ ...draft.texts, origins }),
    files: JSON.stringify(draft.files),
    graph: draft.graph && JSON.stringify(draft.graph),
    report: draft.report && JSON.stringify(draft.report),
  })
}

export const deleteDraft = (db: NodeWriter, id: string): boolean =>
  sql(db, 'delete from drafts where id = ?').run(id).changes === 1
