/**
 * Idempotency keys: a request that is sent again under the same key counts once within 24 hours, also after a restart.
 * A key is bound to its caller, its license and the digest of its body; where it is of many requests, as lines of a
 * batch, each has a key of its own that is made of it. It is on the disk before the answer leaves;
 * until then requests of one key hold it together, and what was taken is given back when all of them failed.
 *
 *   keys.knows({ caller, license, key, body }, now)   // of several licenses, the one that it was counted on is asked alone
 *   const held = keys.enter({ caller, license, key, body }, now, () => [ledger.take(...), ...])   // or the denial
 *   if (!held.admitted) throw held.refusal
 *   const units = held.bills() ? actualUnits : 0   // for the record of the request
 *   await held.succeed(actualUnits, ...)   // of each token, before the answer leaves; rejects with METER_UNAVAILABLE
 *   held.fail()                       // instead, where there is no answer
 *
 * It settles the tokens itself.
 */
import { createHash } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import type { QuotaWriter } from '../../store/sqlite.ts'
import { type IdempotencyRow, idempotencyBody, storeIdempotency } from '../../store/tables/idempotency.ts'
import type { QuotaDenial, QuotaToken } from './types.ts'

interface KeyedRequest {
  caller: string
  license: string
  /** As the client sent it. */
  key: string
  /** SHA-256 of the body. */
  body: Uint8Array
  /** Of many requests under one key: how many equal ones came before it. Each has a key of its own then. */
  equalBefore?: number | null
}

export interface HeldKey {
  readonly admitted: true
  /** Whether it is this request that is billed. The first of a key that asks is, unless it fails after that. */
  bills(): boolean
  succeed(...actualUnits: number[]): Promise<void>
  fail(): void
}

export interface IdempotencyKeys {
  /** Whether a request came under it before, and was counted or runs. */
  knows(request: KeyedRequest, now: number): boolean
  enter(
    request: KeyedRequest,
    now: number,
    take: () => readonly QuotaToken[] | QuotaDenial,
  ): HeldKey | QuotaDenial
}

/** What of the ledger is needed. */
interface KeyedLedger {
  settle(token: QuotaToken, actualUnits: number): boolean
  giveBack(token: QuotaToken): boolean
  /** Null while the ledger is closed to counting. */
  database(): QuotaWriter | null
}

/** A key while requests hold it or its row is not written yet. */
interface Entry {
  row: IdempotencyRow
  tokens: readonly QuotaToken[]
  holders: number
  biller: HeldKey | null
  counted: boolean
  written: Promise<void> | null
}

const keptMs = limits.idempotencyHoursMax * 3_600_000
const done: HeldKey = {
  admitted: true,
  bills: () => false,
  succeed: async () => undefined,
  fail: () => undefined,
}

export function createIdempotencyKeys(
  ledger: KeyedLedger,
  log: Pick<Log, 'warn'>,
  bounds: { perCaller: number; all: number } = {
    perCaller: limits.idempotencyKeysPerCallerMax,
    all: limits.idempotencyKeysMax,
  },
): IdempotencyKeys {
  const entries = new Map<string, Entry>()
  let waiting: { row: IdempotencyRow; resolve: () => void; reject: (error: Error) => void }[] = []
  /** Counted and not written, as on a full disk: they stay in memory and go with the next ones. */
  let unwritten: IdempotencyRow[] = []

  function flush(): void {
    const batch = waiting
    waiting = []
    const rows = [...unwritten, ...batch.map(({ row }) => row)]
    try {
      const db = ledger.database()
      if (!db) throw new Error('the ledger is closed')
      const latest = rows.reduce((at, row) => Math.max(at, row.at), 0)
      storeIdempotency(db, rows, { ...bounds, expired: latest - keptMs })
    } catch (error) {
      log.warn({ err: error }, 'idempotency keys could not be written')
      forgetUnwritten(rows.slice(0, -bounds.perCaller))
      unwritten = rows.slice(-bounds.perCaller)
      for (const one of batch) one.reject(unavailable(error))
      return
    }
    forgetUnwritten(unwritten)
    unwritten = []
    for (const one of batch) one.resolve()
  }

  function forgetUnwritten(rows: readonly IdempotencyRow[]): void {
    for (const row of rows) entries.delete(nameOf(row.key))
  }

  function write(row: IdempotencyRow): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ row, resolve, reject })
      if (waiting.length === 1) setImmediate(flush)
    })
  }

  /** A token ends once: the second time nothing happens. */
  function settle(entry: Entry, actualUnits: readonly number[]): void {
    for (const [at, token] of entry.tokens.entries()) ledger.settle(token, actualUnits[at] ?? token.units)
  }

  function hold(name: string, entry: Entry): HeldKey {
    entry.holders += 1
    let ended = false
    const leave = (): boolean => {
      if (ended) return false
      ended = true
      entry.holders -= 1
      return true
    }
    const held: HeldKey = {
      admitted: true,
      bills: () => {
        entry.biller ??= entry.counted ? null : held
        return entry.biller === held
      },
      succeed: async (...actualUnits) => {
        if (!leave()) return
        entry.counted = true
        entry.biller ??= held
        if (entry.biller === held) settle(entry, actualUnits)
        entry.written ??= write(entry.row)
        try {
          await entry.written
          entries.delete(name)
        } catch (error) {
          entry.written = null // it stays counted here: the next one under this key tries to write it again
          throw error
        }
      },
      fail: () => {
        if (!leave()) return
        if (entry.biller === held) {
          entry.biller = null
          if (entry.counted) settle(entry, []) // another one was answered: what was estimated is charged
        }
        if (entry.holders > 0 || entry.counted) return
        entries.delete(name)
        for (const token of entry.tokens) ledger.giveBack(token)
      },
    }
    return held
  }

  return {
    knows(request, now) {
      const key = digestOfKey(request)
      try {
        return entries.has(nameOf(key)) || findBody(key, now) !== null
      } catch {
        return false // whoever enters it is refused
      }
    },
    enter(request, now, take) {
      const invalid = invalidKey(request.key)
      if (invalid) return invalid
      const key = digestOfKey(request)
      const name = nameOf(key)
      const entry = entries.get(name)
      let body: Uint8Array | null
      try {
        body = entry?.row.body ?? findBody(key, now)
      } catch (error) {
        return { admitted: false, refusal: unavailable(error) }
      }
      if (body && !Buffer.from(body).equals(request.body)) return reused(request.key)
      if (entry) return hold(name, entry)
      if (body) return done
      const answer = take()
      if ('refusal' in answer) return answer
      const row = { key, caller: digestOf('caller', request.caller), body: request.body, at: Math.round(now) }
      const fresh: Entry = { row, tokens: answer, holders: 0, biller: null, counted: false, written: null }
      entries.set(name, fresh)
      return hold(name, fresh)
    },
  }

  function findBody(key: Uint8Array, now: number): Uint8Array | null {
    const db = ledger.database()
    return db ? idempotencyBody(db, key, Math.round(now) - keptMs) : null
  }
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex')

/** Of parts that may hold anything: no two lists of them give the same text. */
const digestOf = (...parts: string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest()

function digestOfKey({ caller, license, key, body, equalBefore = null }: KeyedRequest): Buffer {
  if (equalBefore === null) return digestOf('key', caller, license, key)
  return digestOf('part', caller, license, key, Buffer.from(body).toString('hex'), String(equalBefore))
}

function invalidKey(key: string): QuotaDenial | null {
  if (key.length > 0 && key.length <= limits.lineCharsMax) return null
  const refusal = new OutpostError('BAD_REQUEST', 'The Idempotency-Key is empty or too long.', {
    hint: `Send 1 to ${limits.lineCharsMax} characters, such as a UUID.`,
  })
  return { admitted: false, refusal }
}

function reused(key: string): QuotaDenial {
  const message = `The Idempotency-Key "${key}" was used for a request with another body.`
  const refusal = new OutpostError('IDEMPOTENCY_KEY_REUSED', message, {
    hint: 'Send a new key for a new request, and the old one only with the very same body.',
  })
  return { admitted: false, refusal }
}

const unavailable = (cause: unknown): OutpostError =>
  new OutpostError(
    'METER_UNAVAILABLE',
    'The idempotency key cannot be kept, so the request is not answered.',
    {
      hint: 'Look for a full disk or lost permissions on the data folder.',
      cause,
    },
  )
