/** Licenses and quotas of the serving process, opened together: what its entry hands to the room of serving. */
import { z } from 'zod'
import { failureOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { LicensingTold, ServingConfig } from '../../contract/processes.ts'
import { systemTime } from '../../license/trusted-time/system-time.ts'
import { createIdempotencyKeys } from '../../metering/quota/idempotency.ts'
import { openQuotaLedger } from '../../metering/quota/ledger.ts'
import type { QuotaUsage } from '../../metering/quota/types.ts'
import { dataPaths } from '../../store/data-paths.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { getSetting } from '../../store/tables/settings.ts'
import { createAdmission, type ServingAdmission } from '../licenses/admission.ts'
import { countedSetting } from '../licenses/counted.ts'
import { isRecoverable } from '../licenses/intake-notes.ts'
import { openLicensing } from '../licenses/open-licensing.ts'

export interface LicensedServing extends ServingAdmission {
  /** To be asked before records of what was counted are written; METER_UNAVAILABLE where the count cannot be. */
  noteCounts(): void
  /** What changed since it was asked last. */
  told(): LicensingTold
  close(): Promise<void>
}

/** Where the system names no start of the machine, each process counts as one. */
const bootId = (): string => {
  const { boot } = systemTime()
  return boot.startsWith('process:') ? '' : boot
}

export async function openLicensedServing(
  config: Pick<ServingConfig, 'dataDir' | 'keyPepper' | 'usageKey'>,
  db: NodeReader,
  log: Log,
): Promise<LicensedServing> {
  const { licensing, clock, isUnrecorded, close } = await openLicensing({
    db,
    root: config.dataDir,
    keys: dataPaths(config.dataDir).keys,
    pepper: Buffer.from(config.keyPepper, 'hex'),
    process: 'serving',
  })
  const ledger = openQuotaLedger({
    directory: config.dataDir,
    macKey: Buffer.from(config.usageKey, 'hex'),
    bootId: bootId(),
    countedBefore: getSetting(db, countedSetting, z.boolean()) ?? false,
    recover: ({ recoveryId }) => isRecoverable(licensing, recoveryId),
    time: { now: () => clock.now(), monotonic: () => performance.now() },
    log,
  })
  // Whoever deletes the records of the time, to set the clock back, has the count to answer: it dates each block.
  if (isUnrecorded && ledger.settledAt() > clock.now()) clock.signed(ledger.settledAt())
  const keys = createIdempotencyKeys(ledger, log)
  const admission = createAdmission({ db, licensing, ledger, keys })
  const changed = sinceToldLast()
  return {
    ...admission,
    noteCounts: ledger.note,
    follow: () => {
      ledger.recheck() // a recovery may have been granted
      admission.follow()
    },
    told: () => {
      const refusal = ledger.refusal()
      return {
        accounts: changed(ledger.accounts()),
        refusals: admission.takeRefusals(),
        ledger: refusal && failureOf(refusal),
      }
    },
    close: async () => {
      ledger.close()
      await close()
    },
  }
}

/** Of the accounts, those that differ from what was asked before. */
function sinceToldLast(): (accounts: readonly QuotaUsage[]) => QuotaUsage[] {
  const told = new Map<string, string>()
  return (accounts) =>
    accounts.filter((account) => {
      const key = `${account.period} ${account.account}`
      const now = JSON.stringify(account)
      const before = told.get(key)
      told.set(key, now)
      return before !== now
    })
}
