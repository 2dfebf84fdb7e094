/** Settings of the node, JSON by key; whoever reads one brings its schema. */
import type { z } from 'zod'
import { type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

export function getSetting<Schema extends z.ZodType>(
  db: NodeReader,
  key: string,
  schema: Schema,
): z.output<Schema> | null {
  const row = sql<{ value: string }, [string]>(db, 'select value from settings where key = ?').get(key)
  return row ? readJson(schema, row.value, `setting ${key}`) : null
}

/** Those whose keys begin so, by the rest of their keys. */
export const settingsUnder = <Schema extends z.ZodType>(
  db: NodeReader,
  prefix: string,
  schema: Schema,
): [string, z.output<Schema>][] =>
  sql<{ key: string; value: string }, [string, string]>(
    db,
    'select key, value from settings where substr(key, 1, length(?)) = ? order by key',
  )
    .all(prefix, prefix)
    .map(({ key, value }) => [key.slice(prefix.length), readJson(schema, value, `setting ${key}`)])

export function setSetting(db: NodeWriter, key: string, value: unknown): void {
  sql(
    db,
    'insert into settings (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  ).run(key, JSON.stringify(value))
}
