/**
 * Full text over models (FTS5). What a person types is never syntax: each word becomes a quoted prefix, all of them
 * must occur, and a text without a single letter or digit finds nothing.
 */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface SearchText {
  name: string
  title: string
  summary: string
  tags: string
  task: string
  notes: string
}

export function indexModel(db: NodeWriter, sequence: number, text: SearchText): void {
  forgetModel(db, sequence)
  sql(
    db,
    `insert into models_search (rowid, name, title, summary, tags, task, notes)
      values (@sequence, @name, @title, @summary, @tags, @task, @notes)`,
  ).run({ sequence, ...text })
}

export function forgetModel(db: NodeWriter, sequence: number): void {
  sql(db, 'delete from models_search where rowid = ?').run(sequence)
}

/** Words beyond this many do not narrow a search that a person reads. */
const wordsMax = 16

/** The FTS5 expression for what was typed, or null where it holds nothing to search for. */
export function matchExpression(typed: string): string | null {
  const words = typed
    .normalize('NFC')
    .split(/[^\p{L}\p{N}\p{M}]+/u) // as the tokenizer divides: everything else is a separator
    .filter((word) => word !== '')
    .slice(0, wordsMax)
  return words.length === 0 ? null : words.map((word) => `"${word}"*`).join(' ')
}

export const countMatches = (db: NodeReader, expression: string): number =>
  sql<{ count: number }>(db, 'select count(*) as count from models_search where models_search match ?').get(
    expression,
  )?.count ?? 0
