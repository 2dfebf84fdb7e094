/**
 * The commits of the ledger: settlements, rows and the head in one durable transaction, and the anchors after it. They
 * are never ahead of the database, so a database that is behind them was taken back.
 */
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import { commitQuota, quotaCheckpoint, quotaSettlements } from '../../store/tables/quota.ts'
import {
  type Account,
  accountRow,
  afterCommit,
  periodRow,
  type SettlementKind,
  settlementRow,
} from './account.ts'
import { writePlace } from './anchor.ts'
import type { Book } from './book.ts'
import { headText, type LedgerHead } from './chain.ts'
import type { OpenedLedger } from './opening.ts'
import type { Seals } from './seals.ts'
import type { QuotaFailPoint } from './types.ts'

/** One row of a commit: the account, what becomes of its block, and how that is called. */
export interface Step {
  account: Account
  /** Units of the block that is opened; 0 for none. */
  lease: number
  kind: SettlementKind
  forfeited: number
}

export interface Commits {
  /** Durable when it returns; throws when nothing of it happened. */
  commit(steps: readonly Step[], now: number, opens?: number): void
  /** Writes the places of these accounts and the heads of both files. */
  remember(accounts: Iterable<Account>): void
  checkpoint(): void
  /** The anchors, onto the disk. */
  sync(): void
}

interface CommitsOptions {
  seals: Seals
  boot: string
  log: Pick<Log, 'warn'>
  at: (point: QuotaFailPoint) => void
}

export function createCommits(opened: OpenedLedger, book: Book, options: CommitsOptions): Commits {
  const { db, tally, anchor } = opened
  const { seals, boot, log, at } = options
  let head = opened.head
  let { restarted } = opened

  function commit(steps: readonly Step[], now: number, opens = 0): void {
    let last = { sequence: head.sequence, hash: head.hash }
    const settlements = steps.map(({ account, kind, forfeited }) => {
      const row = settlementRow(seals, last, kind, account, forfeited, now)
      last = { sequence: row.sequence, hash: row.mac }
      return row
    })
    const late = [...book.late]
    const next = { ...head, ...last, opens: head.opens + opens, ratchet: book.ratchet() }
    const drops = next.sequence - next.first.sequence > 2 * limits.quotaSettlementsKept
    const first = drops ? linkBefore(next) : next.first
    at('before-commit')
    commitQuota(db, {
      settlements,
      accounts: steps.map(({ account, lease }) => accountRow(seals, account, lease, boot)),
      periods: late.map((account) => periodRow(seals, account)),
      head: headText(seals, { ...next, first }),
      dropTo: drops || restarted ? first.sequence : 0,
    })
    at('after-commit')
    head = { ...next, first }
    restarted = false
    for (const account of late) {
      afterCommit(account, 0)
      book.late.delete(account)
    }
    for (const { account, lease } of steps) afterCommit(account, lease)
    remember(steps.map(({ account }) => account))
    at('after-anchors')
  }

  function linkBefore({ sequence, first }: LedgerHead): LedgerHead['first'] {
    const [row] = quotaSettlements(db, sequence - limits.quotaSettlementsKept - 1, 1)
    return row ? { sequence: row.sequence, hash: row.mac } : first
  }

  /** The commit holds without them; they only show whoever takes the database back. */
  function remember(accounts: Iterable<Account>): void {
    try {
      for (const account of accounts) {
        const { slot, period, epoch, settled, leased } = account
        writePlace(anchor, seals, account.hash, { slot, period, epoch, charged: settled + leased })
      }
      tally.writeHead(head)
      anchor.writeHead(head)
    } catch (error) {
      log.warn({ err: error }, 'the anchors of the quota ledger could not be written')
    }
  }

  return {
    commit,
    remember,
    checkpoint: () => {
      try {
        quotaCheckpoint(db)
      } catch (error) {
        log.warn({ err: error }, 'the log of quota.db could not be copied into it')
      }
    },
    sync: () => {
      tally.sync()
      anchor.sync()
    },
  }
}
