/**
 * Any interleaving of takes, ends, crashes, losses of power, restarts and months: what was answered never exceeds the
 * limit, the count never falls below what was answered, and after nothing worse than a clean restart it is exact.
 */
import { copyFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { QuotaLedger } from '../../../../src-main/metering/quota/ledger.ts'
import type { QuotaToken } from '../../../../src-main/metering/quota/types.ts'
import { crashed, deny, ledgerFolder, november } from '../../../support/quota-ledger.ts'

type Step =
  | { does: 'take'; units: number }
  | { does: 'burst'; count: number }
  | { does: 'settle'; which: number; actual: number }
  | { does: 'give-back'; which: number }
  | { does: 'crash' | 'restart' | 'power' | 'wait' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ does: fc.constant('take'), units: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('burst'), count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('settle'), which: fc.nat(), actual: fc.nat(15) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('give-back'), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('crash', 'restart', 'power', 'wait') }) },
)

interface Model {
  ledger: QuotaLedger
  folder: ReturnType<typeof ledgerFolder>
  running: QuotaToken[]
  /** Units of requests that were answered, and of those that run. */
  answered: number
  clean: boolean
  boots: number
}

const account = (limit: number) => ({ id: 'lic', period: '2026-11', limit })
const runningUnits = (model: Model) => model.running.reduce((sum, { units }) => sum + units, 0)

function take(model: Model, limit: number, units: number): boolean {
  const answer = model.ledger.take(account(limit), deny, units, november)
  if (answer.admitted) model.running.push(answer)
  else expect(answer.refusal.code).toBe('QUOTA_EXCEEDED')
  return answer.admitted
}

/** What was running when the process died was never answered. */
function dies(model: Model, powerless: boolean): void {
  const { quotaTally, quotaAnchor } = model.folder.paths
  const next = crashed(model.folder)
  if (powerless) {
    copyFileSync(`${quotaTally}.synced`, next.paths.quotaTally)
    copyFileSync(`${quotaAnchor}.synced`, next.paths.quotaAnchor)
    model.boots += 1
    next.state.boot = `boot-${model.boots}`
  }
  model.folder = next
  model.running = []
  model.clean = false
  reopen(model)
}

function reopen(model: Model): void {
  model.ledger = model.folder.open()
  expect(model.ledger.anomalies()).toEqual([])
  const { quotaTally, quotaAnchor } = model.folder.paths
  for (const file of [quotaTally, quotaAnchor]) copyFileSync(file, `${file}.synced`)
}

function end(model: Model, limit: number, one: Extract<Step, { which: number }>): void {
  const [token] = model.running.splice(one.which % Math.max(1, model.running.length), 1)
  if (!token) return
  if (one.does === 'give-back') {
    model.ledger.giveBack(token)
    return
  }
  const shortfall = () => model.ledger.usage(account(limit))?.shortfall ?? 0
  const before = shortfall()
  model.ledger.note()
  model.ledger.settle(token, one.actual)
  model.answered += one.actual - (shortfall() - before)
}

function perform(model: Model, limit: number, one: Step): void {
  switch (one.does) {
    case 'take':
      take(model, limit, one.units)
      return
    case 'burst':
      for (let at = 0; at < one.count; at++) take(model, limit, 1)
      return
    case 'settle':
    case 'give-back':
      end(model, limit, one)
      return
    case 'wait':
      model.folder.time.elapsed += 3000
      return
    case 'restart':
      model.ledger.close()
      model.running = [] // a drained process has none
      model.clean = false
      reopen(model)
      return
    default:
      dies(model, one.does === 'power')
  }
}

function check(model: Model, limit: number): void {
  const counted = model.ledger.usage(account(limit))?.counted ?? 0
  const used = model.answered + runningUnits(model)
  expect(used).toBeLessThanOrEqual(limit)
  expect(counted).toBeLessThanOrEqual(limit)
  expect(counted).toBeGreaterThanOrEqual(used)
  if (model.clean) expect(counted).toBe(used)
}

test('no interleaving admits more than the limit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const folder = ledgerFolder()
      const model: Model = { ledger: folder.open(), folder, running: [], answered: 0, clean: true, boots: 1 }
      model.ledger.close()
      reopen(model)
      for (const one of steps) {
        perform(model, limit, one)
        check(model, limit)
      }
      const before = model.ledger.usage(account(limit))?.counted ?? 0
      let more = 0
      while (take(model, limit, 1)) more += 1
      expect(before + more).toBe(limit)
      model.ledger.close()
    }),
    { numRuns: Number(process.env.OUTPOST_TEST_RUNS ?? 25) },
  )
})
