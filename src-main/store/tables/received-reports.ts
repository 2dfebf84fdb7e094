/** Usage reports that customers sent, as they came, with the receipts that were signed for them. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredReport {
  digest: string
  /** Fingerprint of the machine that signed it. */
  node: string
  number: number
  document: string
  receivedAt: string
  /** Null as long as none was signed. */
  receipt: string | null
  receiptedAt: string | null
}

const columns = `digest, node, number, document, received_at as receivedAt, receipt, receipted_at as receiptedAt`

/** The newest first; null: all of them. */
export const listReports = (db: NodeReader, limit: number | null): StoredReport[] =>
  sql<StoredReport>(
    db,
    `select ${columns} from received_reports order by received_at desc, node, number desc limit ?`,
  ).all(limit ?? -1)

export const findReport = (db: NodeReader, digest: string): StoredReport | null =>
  sql<StoredReport>(db, `select ${columns} from received_reports where digest = ?`).get(digest) ?? null

/** The last of a machine before that number. */
export const reportBefore = (db: NodeReader, node: string, number: number): StoredReport | null =>
  sql<StoredReport>(
    db,
    `select ${columns} from received_reports where node = ? and number < ?
      order by number desc, received_at desc limit 1`,
  ).get(node, number) ?? null

/** Others of a machine under the same number. */
export const reportsNumbered = (db: NodeReader, node: string, number: number): StoredReport[] =>
  sql<StoredReport>(db, `select ${columns} from received_reports where node = ? and number = ?`).all(
    node,
    number,
  )

/** One that is here already stays as it is. */
export const keepReport = (
  db: NodeWriter,
  report: Pick<StoredReport, 'digest' | 'node' | 'number' | 'document' | 'receivedAt'> & {
    originNode: string
  },
): void =>
  void sql(
    db,
    `insert or ignore into received_reports (digest, origin_node, node, number, document, received_at)
      values (@digest, @originNode, @node, @number, @document, @receivedAt)`,
  ).run(report)

export const noteReceipt = (db: NodeWriter, digest: string, receipt: string, at: string): void =>
  void sql(db, 'update received_reports set receipt = ?, receipted_at = ? where digest = ?').run(
    receipt,
    at,
    digest,
  )
