/** What was counted on each license, by month, model and consumer. */
import type { RequestRow } from '../../contract/views.ts'
import { sql, type UsageReader, type UsageWriter } from '../sqlite.ts'

export interface LicenseCharge {
  license: string
  /** As 2026-11. */
  period: string
  model: string
  consumer: string
  requests: number
  items: number
  tokens: number
  units: number
  credits: number
}

/**
 * Calls of one transaction are added up first. What was counted on no license is nobody's bill. A call that was refused
 * or failed is no use of the license and adds nothing; its row is there to find the license's calls by.
 */
export function addToCharges(charges: Map<string, LicenseCharge>, record: RequestRow): void {
  const { license, period, model, consumer } = record
  if (license === null || period === null) return
  const key = `${license}\0${period}\0${model}\0${consumer}`
  let charge = charges.get(key)
  if (!charge) {
    charge = { license, period, model, consumer, requests: 0, items: 0, tokens: 0, units: 0, credits: 0 }
    charges.set(key, charge)
  }
  if (record.code !== null) return
  charge.requests += 1
  charge.items += record.items
  charge.tokens += (record.tokensIn ?? 0) + (record.tokensOut ?? 0)
  charge.units += record.units
  charge.credits += record.credits
}

export const addLicenseCharge = (db: UsageWriter, charge: LicenseCharge): void =>
  void sql(
    db,
    `insert into usage_licenses (license, period, model, consumer, requests, items, tokens, units, credits)
      values (@license, @period, @model, @consumer, @requests, @items, @tokens, @units, @credits)
      on conflict do update set requests = requests + excluded.requests, items = items + excluded.items,
        tokens = tokens + excluded.tokens, units = units + excluded.units, credits = credits + excluded.credits`,
  ).run(charge)

/** What was used in one month, or in all. */
export const licenseCharges = (db: UsageReader, period: string | null): LicenseCharge[] =>
  sql<LicenseCharge>(
    db,
    `select license, period, model, consumer, requests, items, tokens, units, credits from usage_licenses
      where requests > 0 and (@period is null or period = @period) order by license, period, model, consumer`,
  ).all({ period })

/** In which something was used, the newest first. */
export const licensedMonths = (db: UsageReader): string[] =>
  sql<{ period: string }>(
    db,
    'select distinct period from usage_licenses where requests > 0 order by period desc',
  )
    .all()
    .map(({ period }) => period)
