/** What serving told of the quota ledger, for the pages: it counts, and control only shows. */

import type { RefusalSeen } from '../../contract/license/views.ts'
import type { LicensingTold } from '../../contract/processes.ts'
import type { Failure } from '../../contract/views.ts'
import type { QuotaUsage } from '../../metering/quota/types.ts'

export interface QuotaBoard {
  find(account: string, period: string): QuotaUsage | null
  take(told: LicensingTold): void
  /** Something that control itself refused. */
  note(refusal: RefusalSeen): void
  /** The newest first. */
  refusals(): readonly RefusalSeen[]
  /** Why nothing is counted, or null. */
  failure(): Failure | null
}

const refusalsMax = 100

export function createQuotaBoard(): QuotaBoard {
  const accounts = new Map<string, QuotaUsage>()
  let seen: RefusalSeen[] = []
  let stopped: Failure | null = null
  const key = (account: string, period: string) => `${period} ${account}`
  return {
    find: (account, period) => accounts.get(key(account, period)) ?? null,
    take: (told) => {
      for (const usage of told.accounts) accounts.set(key(usage.account, usage.period), usage)
      stopped = told.ledger
      seen = [...told.refusals, ...seen].slice(0, refusalsMax)
    },
    note: (refusal) => {
      seen = [refusal, ...seen].slice(0, refusalsMax)
    },
    refusals: () => seen,
    failure: () => stopped,
  }
}
