/** Idempotency keys: counted once, bound to caller, license and body, bounded, and given back when all holders failed. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createIdempotencyKeys, type HeldKey } from '../../../../src-main/metering/quota/idempotency.ts'
import type { QuotaLedger } from '../../../../src-main/metering/quota/ledger.ts'
import type { QuotaDenial, QuotaToken } from '../../../../src-main/metering/quota/types.ts'
import { countIdempotency } from '../../../../src-main/store/tables/idempotency.ts'
import { deny, ledgerFolder, november } from '../../../support/quota-ledger.ts'

const account = { id: 'lic', period: '2026-11', limit: 10 }
const bodyOf = (text: string) => createHash('sha256').update(text).digest()
const taken = (answer: QuotaToken | QuotaDenial) => (answer.admitted ? [answer] : answer)
const log = { warn: () => undefined }

function keysOf(ledger: QuotaLedger, bounds?: { perCaller: number; all: number }) {
  const keys = createIdempotencyKeys(ledger, log, bounds)
  return (
    key: string,
    more: { body?: string; caller?: string; license?: string; now?: number; equalBefore?: number } = {},
  ) => {
    const { body = 'body', caller = 'ada', license = 'lic', now = november, equalBefore = null } = more
    const take = () => taken(ledger.take(account, deny, 1, now))
    return keys.enter({ caller, license, key, body: bodyOf(body), equalBefore }, now, take)
  }
}
function held(answer: HeldKey | QuotaDenial): HeldKey {
  if (!answer.admitted) throw answer.refusal
  return answer
}
const countedIn = (ledger: QuotaLedger) => ledger.usage(account)?.counted ?? 0

describe('a key', () => {
  test('counts once, also at the same time', async () => {
    const ledger = ledgerFolder().open()
    const enter = keysOf(ledger)
    const [first, second] = [held(enter('k')), held(enter('k'))]
    expect([second.bills(), first.bills(), second.bills()]).toEqual([true, false, true])
    await Promise.all([first.succeed(1), second.succeed(1)])
    await held(enter('k')).succeed(1)
    expect(countedIn(ledger)).toBe(1)
  })

  test('is known after a restart, for 24 hours', async () => {
    const folder = ledgerFolder()
    const first = folder.open()
    await held(keysOf(first)('k')).succeed(1)
    first.close()
    const second = folder.open()
    const enter = keysOf(second)
    const day = 24 * 3_600_000
    expect(held(enter('k', { now: november + day - 1 })).bills()).toBe(false)
    expect(held(enter('k', { now: november + day })).bills()).toBe(true)
  })

  test('is refused for another body, and another one for another caller or license', async () => {
    const ledger = ledgerFolder().open()
    const enter = keysOf(ledger)
    const code = (answer: HeldKey | QuotaDenial) => (answer.admitted ? null : answer.refusal.code)
    const first = held(enter('k'))
    expect(code(enter('k', { body: 'other' }))).toBe('IDEMPOTENCY_KEY_REUSED')
    await first.succeed(1)
    expect(code(enter('k', { body: 'other' }))).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(held(enter('k', { caller: 'bob' })).bills()).toBe(true)
    expect(held(enter('k', { license: 'other' })).bills()).toBe(true)
    expect(code(enter(''))).toBe('BAD_REQUEST')
    expect(code(enter('k'.repeat(257)))).toBe('BAD_REQUEST')
  })

  test('of many requests counts each of them once, and is never refused for another body', async () => {
    const ledger = ledgerFolder().open()
    const enter = keysOf(ledger)
    await held(enter('k')).succeed(1)
    const parts = [
      { body: 'one', equalBefore: 0 },
      { body: 'one', equalBefore: 1 },
      { body: 'two', equalBefore: 0 },
    ]
    for (const part of parts) await held(enter('k', part)).succeed(1)
    expect(countedIn(ledger)).toBe(4)
    for (const part of parts) expect(held(enter('k', part)).bills()).toBe(false)
    expect(enter('', parts[0])).toMatchObject({ refusal: { code: 'BAD_REQUEST' } })
  })

  test('is free again when all that held it failed, and not while one has succeeded', async () => {
    const ledger = ledgerFolder().open()
    const enter = keysOf(ledger)
    const [first, second] = [held(enter('k')), held(enter('k'))]
    first.fail()
    first.fail()
    expect(countedIn(ledger)).toBe(1)
    second.fail()
    expect(countedIn(ledger)).toBe(0)
    const [third, fourth] = [held(enter('k')), held(enter('k'))]
    expect(third.bills()).toBe(true)
    await third.succeed(1)
    fourth.fail()
    expect(countedIn(ledger)).toBe(1)
    expect(held(enter('k')).bills()).toBe(false)
  })

  test('is billed to the one that is answered, with the credits too, when the first of two fails', async () => {
    const ledger = ledgerFolder().open()
    const keys = createIdempotencyKeys(ledger, log)
    const credits = { id: 'credits', period: '', limit: 100 }
    const enter = () =>
      held(
        keys.enter({ caller: 'ada', license: 'lic', key: 'k', body: bodyOf('b') }, november, () =>
          [ledger.take(account, deny, 1, november), ledger.take(credits, deny, 20, november)].filter(
            (answer): answer is QuotaToken => answer.admitted,
          ),
        ),
      )
    const [first, second] = [enter(), enter()]
    expect([first.bills(), second.bills()]).toEqual([true, false])
    first.fail()
    expect(second.bills()).toBe(true)
    await second.succeed(1, 15)
    expect([countedIn(ledger), ledger.usage(credits)?.counted]).toEqual([1, 15])
    expect(enter().bills()).toBe(false)
  })

  test('is charged what the request that is billed cost, whichever is answered first', async () => {
    const ledger = ledgerFolder().open()
    const keys = createIdempotencyKeys(ledger, log)
    const enter = () =>
      held(
        keys.enter({ caller: 'ada', license: 'lic', key: 'k', body: bodyOf('b') }, november, () =>
          taken(ledger.take(account, deny, 5, november)),
        ),
      )
    const [first, second] = [enter(), enter()]
    expect(first.bills()).toBe(true)
    await second.succeed(0)
    await first.succeed(3)
    expect(countedIn(ledger)).toBe(3)
  })

  test('is refused with the quota', () => {
    const ledger = ledgerFolder().open()
    const enter = keysOf(ledger)
    for (let at = 0; at < 10; at++) held(enter(`k${at}`))
    const refused = enter('k10')
    expect(refused.admitted ? null : refused.refusal.code).toBe('QUOTA_EXCEEDED')
  })
})

test('keys are bounded in number: the oldest of the same caller make room', async () => {
  const ledger = ledgerFolder().open()
  const keys = createIdempotencyKeys(ledger, log, { perCaller: 5, all: 8 })
  const unlimited = { ...account, limit: null }
  const enter = (caller: string, key: string, at: number) =>
    held(
      keys.enter({ caller, license: 'lic', key, body: bodyOf('b') }, november + at, () =>
        taken(ledger.take(unlimited, deny, 1, november)),
      ),
    )
  for (let at = 0; at < 20; at++) await enter('ada', `k${at}`, at).succeed(1)
  await enter('bob', 'k', 100).succeed(1)
  const db = ledger.database()
  expect(db && countIdempotency(db)).toBe(6)
  expect(enter('ada', 'k19', 101).bills()).toBe(false)
  expect(enter('ada', 'k0', 101).bills()).toBe(true)
  for (let at = 0; at < 5; at++) await enter(`c${at}`, 'k', 200 + at).succeed(1)
  expect(db && countIdempotency(db)).toBe(8)
})
