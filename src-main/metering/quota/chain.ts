/** The chain of settlements as it stands in the database, and its head: whether they are as they were written. */
import { z } from 'zod'
import type { QuotaReader } from '../../store/sqlite.ts'
import {
  type QuotaSettlementRow,
  quotaAccounts,
  quotaHead,
  quotaIntegrity,
  quotaSettlements,
} from '../../store/tables/quota.ts'
import type { ChainHead } from './counter-file.ts'
import type { Seals } from './seals.ts'

const link = z.object({ sequence: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) })
const headSchema = z.object({
  ...link.shape,
  /** What the oldest settlement that is kept follows on. */
  first: link,
  /** The latest month that was ever counted. */
  ratchet: z.string(),
  /** How often the ledger was opened: shows whoever restarts the node to win a block each time. */
  opens: z.int().min(0),
})
export type LedgerHead = z.infer<typeof headSchema>

export const noHash = '0'.repeat(64)
export const emptyHead: LedgerHead = {
  sequence: 0,
  hash: noHash,
  first: { sequence: 0, hash: noHash },
  ratchet: '',
  opens: 0,
}

export function headText(seals: Seals, head: LedgerHead): string {
  const text = JSON.stringify(head)
  return `${text}\n${seals.head(text)}`
}

function parseHead(seals: Seals, stored: string): LedgerHead | null {
  const [text = '', mac = ''] = stored.split('\n')
  if (seals.head(text) !== mac) return null
  return headSchema.parse(JSON.parse(text))
}

export type Found =
  | { kind: 'empty' }
  | { kind: 'damaged'; why: string }
  | { kind: 'tampered'; why: string }
  | { kind: 'sound'; head: LedgerHead; rows: ReturnType<typeof quotaAccounts> }

/** `marks` are the heads that the anchors remember: each has to lie on the chain, unless the chain is behind it. */
export function inspectLedger(db: QuotaReader, seals: Seals, marks: readonly ChainHead[]): Found {
  if (!quotaIntegrity(db)) return { kind: 'damaged', why: 'SQLite finds it damaged' }
  const stored = quotaHead(db)
  const rows = quotaAccounts(db)
  if (stored === null) {
    return rows.length === 0 ? { kind: 'empty' } : { kind: 'tampered', why: 'its head was taken out' }
  }
  const head = parseHead(seals, stored)
  if (!head) return { kind: 'tampered', why: 'its head was changed' }
  const broken = brokenLink(db, seals, head, marks)
  if (broken) return { kind: 'tampered', why: broken }
  const changed = rows.find(({ mac, ...row }) => seals.account(row) !== mac)
  if (changed) return { kind: 'tampered', why: `the row of "${changed.account}" was changed` }
  return { kind: 'sound', head, rows }
}

/** Rows of the chain that are read at a time. */
const rowsAtOnce = 4096

function brokenLink(
  db: QuotaReader,
  seals: Seals,
  head: LedgerHead,
  marks: readonly ChainHead[],
): string | null {
  let at: ChainHead = head.first
  const forked = (link: ChainHead) =>
    marks.some((mark) => mark.sequence === link.sequence && mark.hash !== link.hash)
  if (forked(at)) return 'another chain was put in its place'
  for (let rows = quotaSettlements(db, 0, rowsAtOnce); rows.length > 0; ) {
    for (const row of rows) {
      if (!follows(seals, at, row))
        return `settlement ${row.sequence} was changed, or one before it taken out`
      at = { sequence: row.sequence, hash: row.mac }
      if (forked(at)) return 'another chain was put in its place'
    }
    rows = quotaSettlements(db, at.sequence, rowsAtOnce)
  }
  return at.sequence === head.sequence && at.hash === head.hash ? null : 'its last settlements were taken out'
}

const follows = (seals: Seals, at: ChainHead, { mac, ...row }: QuotaSettlementRow): boolean =>
  row.sequence === at.sequence + 1 && row.previous === at.hash && seals.settlement(row) === mac
