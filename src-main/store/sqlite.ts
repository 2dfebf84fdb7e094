/**
 * The databases as types: a reader cannot be handed to a function that writes, nor usage.db to one that wants
 * node.db. Statements are prepared once a connection; writes run in immediate transactions, nested ones as savepoints.
 */
import Database from 'better-sqlite3'
import type { z } from 'zod'
import { OutpostError } from '../base/errors.ts'

declare const node: unique symbol
declare const usage: unique symbol
declare const quota: unique symbol
declare const writable: unique symbol

export type Sqlite = Database.Database
export type NodeReader = Sqlite & { readonly [node]: true }
export type NodeWriter = NodeReader & { readonly [writable]: true }
export type UsageReader = Sqlite & { readonly [usage]: true }
export type UsageWriter = UsageReader & { readonly [writable]: true }
export type QuotaReader = Sqlite & { readonly [quota]: true }
export type QuotaWriter = QuotaReader & { readonly [writable]: true }

const statements = new WeakMap<Sqlite, Map<string, Database.Statement>>()

/** The prepared statement of this text on this connection. Texts are constants or built from allow-listed parts. */
export function sql<Row = unknown, Params extends unknown[] = unknown[]>(
  db: Sqlite,
  text: string,
): Database.Statement<Params, Row> {
  let known = statements.get(db)
  if (!known) {
    known = new Map()
    statements.set(db, known)
  }
  let statement = known.get(text)
  if (!statement) {
    statement = db.prepare(text)
    known.set(text, statement)
  }
  return statement as unknown as Database.Statement<Params, Row>
}

/** A window of a list. */
export interface RowWindow {
  offset: number
  limit: number
}

/** The rows in the window, and how many there are in all. The texts are constants. */
export function readWindow<Row>(
  db: Sqlite,
  select: { columns: string; table: string; order: string },
  { offset, limit }: RowWindow,
): { rows: Row[]; total: number } {
  const { columns, table, order } = select
  const text = `select ${columns} from ${table} order by ${order} limit @limit offset @offset`
  const rows = sql<Row>(db, text).all({ limit, offset })
  const counted = sql<{ total: number }>(db, `select count(*) as total from ${table}`).get()
  return { rows, total: counted?.total ?? 0 }
}

/** All of `work` or nothing of it; a full disk is DISK_FULL. `work` must be synchronous. */
export function inTransaction<Result>(
  db: NodeWriter | UsageWriter | QuotaWriter,
  work: () => Result,
): Result {
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    throw asStoreError(error)
  }
}

export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  if (error.code === 'SQLITE_FULL' || error.code === 'SQLITE_IOERR_SHMSIZE') {
    return new OutpostError('DISK_FULL', 'The disk is full; nothing was changed.', {
      hint: 'Free some space, then do it again.',
      cause: error,
    })
  }
  if (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB') {
    return new OutpostError('DATA_DIR_INVALID', `A database of the node is damaged: ${error.message}.`, {
      hint: 'Restore the data folder from a backup.',
      cause: error,
    })
  }
  return error
}

/** A JSON column: written by this node, yet checked, because a file on a disk can be changed by anyone. */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  column: string,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new OutpostError(
      'DATA_DIR_INVALID',
      `A row of the node's database holds a ${column} that is not valid.`,
      {
        hint: 'Restore the data folder from a backup.',
        cause: error,
      },
    )
  }
}

export const readJsonOrNull = <Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
  column: string,
): z.output<Schema> | null => (text === null ? null : readJson(schema, text, column))

export const asBoolean = (value: number | null): boolean | null => (value === null ? null : value === 1)
export const asInteger = (value: boolean | null): number | null => (value === null ? null : Number(value))
