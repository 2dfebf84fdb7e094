/** The quota ledger alone: exact at the edge, each token ends once, months, limits that change, many accounts. */
import { describe, expect, test } from 'vitest'
import { deny, ledgerFolder, november, takeMany } from '../../../support/quota-ledger.ts'

const december = Date.UTC(2026, 11, 1)

describe('the edge', () => {
  test.each([0, 1, 7, 63, 64, 65, 999, 1000, 1001, 5000])('%i units admit exactly that', (limit) => {
    const ledger = ledgerFolder().open()
    expect(takeMany(ledger, limit + 50, { limit })).toEqual({ admitted: limit, code: 'QUOTA_EXCEEDED' })
    expect(ledger.usage({ id: 'lic', period: '2026-11' })).toMatchObject({ counted: limit, remaining: 0 })
  })

  test('a request of many units is admitted whole or not at all', () => {
    const ledger = ledgerFolder().open()
    expect(takeMany(ledger, 100, { limit: 100, units: 7 }).admitted).toBe(14)
    expect(takeMany(ledger, 100, { limit: 100, units: 1 }).admitted).toBe(2)
  })

  test('what was counted stands after a restart', () => {
    const folder = ledgerFolder()
    const first = folder.open()
    expect(takeMany(first, 700, { limit: 1000 }).admitted).toBe(700)
    first.close()
    const second = folder.open()
    expect(second.usage({ id: 'lic', period: '2026-11' })?.counted).toBe(700)
    expect(takeMany(second, 1000, { limit: 1000 }).admitted).toBe(300)
    expect(second.anomalies()).toEqual([])
  })

  test('beyond the limit as far as the overage goes', () => {
    const ledger = ledgerFolder().open()
    const take = () => ledger.take({ id: 'lic', period: '2026-11', limit: 10 }, { overage: 5 }, 1, november)
    const answers = Array.from({ length: 20 }, take)
    expect(answers.filter(({ admitted }) => admitted)).toHaveLength(15)
  })

  test('the refusal says when the next month begins', () => {
    const ledger = ledgerFolder().open()
    const answer = ledger.take({ id: 'lic', period: '2026-12', limit: 0 }, deny, 1, december)
    if (answer.admitted) throw new Error('nothing was allowed')
    expect(answer.refusal.details).toMatchObject({ resetAt: '2027-01-01T00:00:00.000Z' })
  })
})

describe('the end of a token', () => {
  test('comes once', () => {
    const ledger = ledgerFolder().open()
    const token = ledger.take({ id: 'lic', period: '2026-11', limit: 5 }, deny, 1, november)
    if (!token.admitted) throw token.refusal
    expect(ledger.giveBack(token)).toBe(true)
    expect(ledger.giveBack(token)).toBe(false)
    expect(ledger.settle(token, 1)).toBe(false)
    expect(ledger.usage({ id: 'lic', period: '2026-11' })).toMatchObject({ counted: 0, givenBack: 1 })
  })

  test('what is given back at the edge is admitted again', () => {
    const ledger = ledgerFolder().open()
    const account = { id: 'lic', period: '2026-11', limit: 3 }
    const tokens = [1, 2, 3].map(() => ledger.take(account, deny, 1, november))
    expect(ledger.take(account, deny, 1, november).admitted).toBe(false)
    for (const token of tokens) if (token.admitted) ledger.giveBack(token)
    expect(takeMany(ledger, 10, { limit: 3 }).admitted).toBe(3)
  })

  test('a balance of credits owes its shortfall: the next ones that are paid in settle it first', () => {
    const ledger = ledgerFolder().open()
    const credits = (limit: number) => ({ id: 'lic:credits', period: '', limit })
    const take = (limit: number, units: number) => ledger.take(credits(limit), deny, units, november)
    const first = take(100, 10)
    if (!first.admitted) throw first.refusal
    ledger.settle(first, 130)
    expect(ledger.usage({ id: 'lic:credits', period: '' })).toMatchObject({ counted: 100, shortfall: 30 })
    expect(take(120, 1).admitted).toBe(false)
    expect(take(140, 11).admitted).toBe(false)
    expect(take(140, 10).admitted).toBe(true)
    expect(ledger.usage({ id: 'lic:credits', period: '' })).toMatchObject({ counted: 110, remaining: 0 })
  })
  test('an estimate is corrected by what was used, and what nothing is left for is a shortfall', () => {
    const ledger = ledgerFolder().open()
    const account = { id: 'credits', period: '', limit: 100 }
    const low = ledger.take(account, deny, 40, november)
    const high = ledger.take(account, deny, 40, november)
    if (!low.admitted || !high.admitted) throw new Error('both fit')
    ledger.settle(low, 10)
    expect(ledger.usage(account)).toMatchObject({ counted: 50 })
    ledger.settle(high, 120)
    expect(ledger.usage(account)).toMatchObject({ counted: 100, shortfall: 30, remaining: 0 })
    const refused = ledger.take(account, deny, 1, november)
    expect(refused.admitted ? null : refused.refusal.code).toBe('CREDITS_INSUFFICIENT')
  })
})

test('a second owner of the same files is refused', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'DATA_DIR_IN_USE' }))
  first.close()
})

test('a thousand accounts are counted apart, and known again', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  for (let at = 0; at < 300; at++) takeMany(first, at % 5, { id: `lic-${at}`, limit: 3 })
  first.close()
  const second = folder.open()
  for (let at = 0; at < 300; at++) {
    const left = 3 - Math.min(3, at % 5)
    expect(takeMany(second, 5, { id: `lic-${at}`, limit: 3 }).admitted).toBe(left)
  }
})
