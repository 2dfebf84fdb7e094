/**
 * What serving told of the quota ledger, for the pages: it counts, and control only shows. The last refusals are kept
 * over a restart.
 */
import { z } from 'zod'
import { type RefusalSeen, refusalSeen } from '../../contract/license/views.ts'
import type { LicensingTold } from '../../contract/processes.ts'
import type { Failure } from '../../contract/views.ts'
import type { QuotaUsage } from '../../metering/quota/types.ts'
import type { NodeWriter } from '../../store/sqlite.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'

export interface QuotaBoard {
  find(account: string, period: string): QuotaUsage | null
  take(told: LicensingTold): void
  /** Something that control itself refused. */
  note(refusal: RefusalSeen): void
  /** The newest first. */
  refusals(): readonly RefusalSeen[]
  /** Writes down what was refused since the last time. */
  keep(): void
  /** Why nothing is counted, or null. */
  failure(): Failure | null
}

const refusalsMax = 100
const setting = 'license-refusals'

export function createQuotaBoard(db: NodeWriter): QuotaBoard {
  const accounts = new Map<string, QuotaUsage>()
  let seen = keptRefusals(db)
  let kept = seen
  let stopped: Failure | null = null
  const key = (account: string, period: string) => `${period} ${account}`
  const add = (refusals: readonly RefusalSeen[]) => {
    if (refusals.length > 0) seen = [...refusals, ...seen].slice(0, refusalsMax)
  }
  return {
    find: (account, period) => accounts.get(key(account, period)) ?? null,
    take: (told) => {
      for (const usage of told.accounts) accounts.set(key(usage.account, usage.period), usage)
      stopped = told.ledger
      add(told.refusals)
    },
    note: (refusal) => add([refusal]),
    refusals: () => seen,
    keep: () => {
      if (seen === kept) return
      setSetting(db, setting, seen)
      kept = seen
    },
    failure: () => stopped,
  }
}

/** What another version of the product wrote otherwise is left out. */
const keptRefusals = (db: NodeWriter): RefusalSeen[] =>
  (getSetting(db, setting, z.array(z.unknown())) ?? []).flatMap((one) => {
    const { data } = refusalSeen.safeParse(one)
    return data ? [data] : []
  })
