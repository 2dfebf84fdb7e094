/**
 * Opens the three files of the ledger and decides what holds where they disagree. A first start is told from a
 * deletion by what the others remember; a database that is behind them goes on at their count; one that was changed or
 * taken away waits for a grant of the issuer.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { OutpostError } from '../../base/errors.ts'
import type { DataPaths } from '../../store/data-paths.ts'
import { openQuotaDatabase } from '../../store/open.ts'
import type { QuotaWriter } from '../../store/sqlite.ts'
import type { QuotaAccountRow } from '../../store/tables/quota.ts'
import type { Account } from './account.ts'
import { emptyHead, type Found, inspectLedger, type LedgerHead, noHash } from './chain.ts'
import { type ChainHead, type CounterFile, createCounterFile, openCounterFile } from './counter-file.ts'
import { closeBlock, type Places, rememberedPlaces } from './places.ts'
import type { Seals } from './seals.ts'
import type { QuotaAnomaly, QuotaRecovery } from './types.ts'

export interface OpenedLedger {
  db: QuotaWriter
  tally: CounterFile
  anchor: CounterFile
  head: LedgerHead
  /** All that were open or taken over from the anchors: to be written by the first commit. */
  changed: { account: Account; forfeited: number; rolledBack: boolean }[]
  /** By the hex of their hash. */
  accounts: Map<string, Account>
  anomalies: QuotaAnomaly[]
  /** The anchor does not know all accounts. */
  forgetful: boolean
  /** Older settlements do not lie on the chain any more. */
  restarted: boolean
}

export interface OpeningOptions {
  paths: DataPaths
  seals: Seals
  boot: string
  /** The node has counted before, as something else of it knows: then no files at all are a deletion too. */
  countedBefore: boolean
  recover: (recovery: QuotaRecovery) => boolean
  now: number
}

/** Throws STATE_MISSING or LEDGER_TAMPERED, with the recovery id, where a grant is needed and there is none. */
export function openLedgerFiles(options: OpeningOptions): OpenedLedger {
  const { paths, seals } = options
  for (const folder of [paths.root, dirname(paths.quotaAnchor), paths.backups]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const closers: (() => void)[] = []
  const keep = <T extends { close(): unknown } | null>(file: T): T => {
    if (file) closers.push(() => void file.close())
    return file
  }
  try {
    const tally = keep(openCounterFile(paths.quotaTally, 'tally', seals))
    const anchor = keep(openCounterFile(paths.quotaAnchor, 'anchor', seals))
    const marks = [tally?.head, anchor?.head].filter((mark) => mark !== undefined)
    const anomalies: QuotaAnomaly[] = []
    const { db, found } = findDatabase(options, marks, anomalies, keep)
    const mark = marks.toSorted((a, b) => b.sequence - a.sequence)[0] ?? emptyHead
    const behind = found === null || mark.sequence > found.head.sequence
    const head = behind ? takenOver(found?.head ?? emptyHead, mark) : found.head
    const complete = tally !== null && anchor !== null && !behind
    const places = rememberedPlaces(seals, anchor, tally, !complete)
    if (behind && found) {
      anomalies.push({
        code: 'STATE_ROLLBACK',
        message: `quota.db is of an earlier state (${found.head.sequence} of ${mark.sequence} blocks); the count goes on where it stood.`,
      })
    }
    if (found && found.head.sequence > 0 && !(tally && anchor)) {
      const gone = tally ? 'keys/quota.anchor' : 'quota.tally'
      anomalies.push({
        code: 'STATE_MISSING',
        message: `${gone} was gone; the open blocks were charged in full.`,
      })
    }
    const create = (path: string, label: string, file: CounterFile | null) =>
      file ?? keep(createCounterFile(path, label, seals, { sequence: 0, hash: noHash }))
    const files = {
      tally: create(paths.quotaTally, 'tally', tally),
      anchor: create(paths.quotaAnchor, 'anchor', anchor),
    }
    const loaded = loadAccounts(found?.rows ?? [], places, files.tally, options.boot)
    if (found && !behind && loaded.unknown) {
      grantOrThrow(options, 'LEDGER_TAMPERED', mark, 'an account was taken out of quota.db')
    }
    return { db, ...files, head, ...loaded, anomalies, forgetful: behind || !anchor, restarted: behind }
  } catch (error) {
    for (const close of closers) close()
    throw error
  }
}

type Sound = Extract<Found, { kind: 'sound' }>

function findDatabase(
  options: OpeningOptions,
  marks: readonly ChainHead[],
  anomalies: QuotaAnomaly[],
  keep: <T extends { close(): unknown } | null>(file: T) => T,
): { db: QuotaWriter; found: Sound | null } {
  const { paths, seals } = options
  const mark = marks.toSorted((a, b) => b.sequence - a.sequence)[0] ?? emptyHead
  const open = () => keep(openQuotaDatabase(paths.root))
  const afresh = (db: QuotaWriter | null) => {
    db?.close()
    setAside(paths.quotaDatabase, options.now)
    return { db: open(), found: null }
  }
  const wasThere = existsSync(paths.quotaDatabase)
  const missing = (db: QuotaWriter | null) => {
    if (mark.sequence === 0 && !options.countedBefore) return { db: db ?? open(), found: null } // a first start
    grantOrThrow(options, 'STATE_MISSING', mark, 'quota.db is gone, though requests were counted')
    return afresh(db)
  }
  if (!wasThere) return missing(null)
  const { db, found } = look(open, seals, marks)
  switch (found.kind) {
    case 'empty':
      return missing(db)
    case 'tampered':
      grantOrThrow(options, 'LEDGER_TAMPERED', mark, `quota.db was changed from outside: ${found.why}`)
      return afresh(db)
    case 'damaged':
      if (mark.sequence === 0) grantOrThrow(options, 'STATE_MISSING', mark, 'quota.db is damaged')
      anomalies.push({
        code: 'STATE_MISSING',
        message: `quota.db was damaged (${found.why}) and set aside; the count goes on where it stood.`,
      })
      return afresh(db)
    case 'sound':
      if (!db) throw new Error('a database that was looked at is open')
      if (found.head.sequence > 0 && marks.length === 0) {
        grantOrThrow(options, 'STATE_MISSING', found.head, 'quota.tally and keys/quota.anchor are gone')
      }
      return { db, found }
  }
}

function look(open: () => QuotaWriter, seals: Seals, marks: readonly ChainHead[]) {
  let db: QuotaWriter | null = null
  try {
    db = open()
    return { db, found: inspectLedger(db, seals, marks) }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { db, found: { kind: 'damaged', why: (error as Error).message } as const }
  }
}

/** SQLite's word for it, or the store's with that as its cause. */
function isDamage(error: unknown): boolean {
  const cause = error instanceof OutpostError ? error.cause : error
  return cause instanceof Error && /^SQLITE_(CORRUPT|NOTADB)/.test(String((cause as { code?: unknown }).code))
}

function grantOrThrow(
  options: OpeningOptions,
  code: QuotaRecovery['code'],
  mark: ChainHead,
  what: string,
): void {
  const state = Buffer.from(`${code} ${mark.sequence} ${mark.hash}`)
  const recoveryId = options.seals.bytes('recovery', state).toString('hex', 0, 10)
  const message = `Counting is stopped: ${what}.`
  if (options.recover({ code, recoveryId, message })) return
  throw new OutpostError(code, message, {
    hint: `Put the file back, or ask the issuer for a recovery with the id ${recoveryId}.`,
    details: { recoveryId },
  })
}

/** The chain goes on behind the furthest anchor; what lies between is lost. */
const takenOver = (head: LedgerHead, mark: ChainHead): LedgerHead => {
  const { sequence, hash } = mark
  return { ...head, sequence, hash, first: { sequence, hash } }
}

function setAside(database: string, now: number): void {
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(database + ending)) renameSync(database + ending, `${database}.${now}.aside${ending}`)
  }
}

function loadAccounts(rows: readonly QuotaAccountRow[], places: Places, tally: CounterFile, boot: string) {
  const accounts: OpenedLedger['accounts'] = new Map()
  const changed: OpenedLedger['changed'] = []
  const left = new Map(places)
  for (const row of rows) {
    const place = left.get(row.hash)
    left.delete(row.hash)
    const account = accountOf(row)
    accounts.set(row.hash, account)
    if (place && place.epoch > row.epoch) {
      const same = place.period === row.period
      const charged = same ? Math.max(place.charged, row.settled + row.leased) : place.charged
      const taken: Account = same
        ? { ...account, epoch: place.epoch, used: charged - row.settled }
        : { ...accountOf({ ...row, ...noTotals, period: place.period, epoch: place.epoch }), used: charged }
      accounts.set(row.hash, taken)
      changed.push({ account: taken, forfeited: 0, rolledBack: true })
    } else if (row.leased > 0) {
      const closed = closeBlock(row, tally, boot)
      account.used = closed.used
      changed.push({ account, forfeited: closed.forfeited, rolledBack: false })
    }
  }
  for (const place of left.values()) {
    const { slot, epoch, charged } = place
    const known = { hash: place.account, account: '', period: place.period, slot, epoch }
    const account = { ...accountOf({ ...known, ...noTotals }), used: charged }
    accounts.set(place.account, account)
    changed.push({ account, forfeited: 0, rolledBack: true })
  }
  for (const { account, forfeited } of changed) account.forfeited += forfeited
  return { accounts, changed, unknown: left.size > 0 }
}

const noTotals = { settled: 0, forfeited: 0, givenBack: 0, shortfall: 0, ceiling: null }

const accountOf = (row: Omit<QuotaAccountRow, 'mac' | 'boot' | 'leased'>): Account => ({
  id: row.account,
  hash: Buffer.from(row.hash, 'hex'),
  period: row.period,
  slot: row.slot,
  epoch: row.epoch,
  settled: row.settled,
  leased: 0,
  used: 0,
  noted: 0,
  voided: 0,
  forfeited: row.forfeited,
  givenBack: row.givenBack,
  shortfall: row.shortfall,
  ceiling: row.ceiling,
  bytes: null,
  pace: 1,
  leasedAt: 0,
})
