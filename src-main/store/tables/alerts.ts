/** Rules of alerts, and the alerts that they gave, which are kept when the rule is gone. */
import { type AlertRow, type AlertRule, alertRow, alertRule } from '../../contract/alerts.ts'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

const ruleFields = `id, endpoint, version, metric, threshold, window_seconds as windowSeconds, count_min as countMin,
  created_at as createdAt`

export const listAlertRules = (db: NodeReader): AlertRule[] =>
  sql<unknown>(db, `select ${ruleFields} from alert_rules order by created_at, id`)
    .all()
    .map((row) => alertRule.parse(row))

export const insertAlertRule = (db: NodeWriter, rule: AlertRule & { originNode: string }): void =>
  void sql(
    db,
    `insert into alert_rules (id, origin_node, endpoint, version, metric, threshold, window_seconds, count_min, created_at)
      values (@id, @originNode, @endpoint, @version, @metric, @threshold, @windowSeconds, @countMin, @createdAt)`,
  ).run(rule)

/** False where there is none. */
export const deleteAlertRule = (db: NodeWriter, id: string): boolean =>
  sql(db, 'delete from alert_rules where id = ?').run(id).changes > 0

const fields = `id, rule_id as ruleId, endpoint, model, version, metric, threshold, value, message,
  case when resolved_at is null then 'firing' else 'resolved' end as state, since, resolved_at as resolvedAt`

/** Those that fire first, then the newest. */
export const listAlerts = (db: NodeReader, countMax: number): AlertRow[] =>
  sql<unknown>(
    db,
    `select ${fields} from alerts order by resolved_at is not null, since desc, id desc limit ?`,
  )
    .all(countMax)
    .map((row) => alertRow.parse(row))

export const openAlerts = (db: NodeReader): AlertRow[] =>
  sql<unknown>(db, `select ${fields} from alerts where resolved_at is null order by since`)
    .all()
    .map((row) => alertRow.parse(row))

/** False where it is open already. */
export const insertAlert = (
  db: NodeWriter,
  alert: Omit<AlertRow, 'state' | 'resolvedAt'> & { originNode: string },
): boolean =>
  sql(
    db,
    `insert into alerts (id, origin_node, rule_id, endpoint, model, version, metric, threshold, value, message, since)
      values (@id, @originNode, @ruleId, @endpoint, @model, @version, @metric, @threshold, @value, @message, @since)
      on conflict do nothing`,
  ).run(alert).changes > 0

/** Of those that ended, the ones that ended before a time, and all but the newest so many. */
export function deleteResolvedAlerts(db: NodeWriter, before: string, countMax: number): void {
  sql(db, 'delete from alerts where resolved_at < ?').run(before)
  sql(
    db,
    `delete from alerts where id in
      (select id from alerts where resolved_at is not null order by resolved_at desc, id desc limit -1 offset ?)`,
  ).run(countMax)
}

export const resolveAlert = (db: NodeWriter, id: string, at: string): void =>
  void sql(db, 'update alerts set resolved_at = ? where id = ?').run(at, id)
