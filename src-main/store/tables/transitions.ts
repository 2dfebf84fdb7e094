/** R162, R168: each change of what an endpoint answers with, kept after the endpoint and the versions are gone. */
import { type TransitionRow, transitionRow } from '../../contract/traffic.ts'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

const select = `select id, endpoint, model, strategy, from_version as "from", to_version as "to", status, weight, reason,
  actor, started_at as startedAt, ended_at as endedAt from transitions`

/** Newest first. */
export const listTransitions = (db: NodeReader, endpoint: string, countMax: number): TransitionRow[] =>
  sql<unknown>(db, `${select} where endpoint = ? order by started_at desc, id desc limit ?`)
    .all(endpoint, countMax)
    .map((row) => transitionRow.parse(row))

/** Whether there ever was one for another reason than this. */
export const hasTransition = (db: NodeReader, { without }: { without: string }): boolean =>
  sql<unknown>(db, 'select 1 from transitions where reason is not ? limit 1').get(without) !== undefined

/** The one that has begun and not ended, for a version of an endpoint. */
export function openTransition(db: NodeReader, endpoint: string, to: string): TransitionRow | null {
  const row = sql<unknown>(
    db,
    `${select} where endpoint = ? and to_version = ? and ended_at is null order by started_at desc limit 1`,
  ).get(endpoint, to)
  return row === undefined ? null : transitionRow.parse(row)
}

export const insertTransition = (db: NodeWriter, row: TransitionRow & { originNode: string }): void =>
  void sql(
    db,
    `insert into transitions (id, origin_node, endpoint, model, strategy, from_version, to_version, status, weight, reason,
       actor, started_at, ended_at)
      values (@id, @originNode, @endpoint, @model, @strategy, @from, @to, @status, @weight, @reason, @actor, @startedAt,
       @endedAt)`,
  ).run(row)

export const changeTransition = (
  db: NodeWriter,
  {
    id,
    status,
    weight,
    reason,
    endedAt,
  }: Pick<TransitionRow, 'id' | 'status' | 'weight' | 'reason' | 'endedAt'>,
): void =>
  void sql(db, 'update transitions set status = ?, weight = ?, reason = ?, ended_at = ? where id = ?').run(
    status,
    weight,
    reason,
    endedAt,
    id,
  )
