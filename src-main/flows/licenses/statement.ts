/** The statement of a month: what was counted on each license, and what it costs. */
import type { Statement, StatementLine } from '../../contract/license/usage.ts'
import { periodAt } from '../../metering/quota/period.ts'
import { type LicenseCharge, licenseCharges, licensedMonths } from '../../store/tables/usage-licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { monthAccount } from './quota-accounts.ts'
import { documentOfMonth, subscriptionDue } from './subscription.ts'

type Counts = Pick<LicenseCharge, 'requests' | 'items' | 'tokens' | 'units' | 'credits'>

const sum = (charges: readonly Counts[]): Counts =>
  charges.reduce<Counts>(
    (total, { requests, items, tokens, units, credits }) => ({
      requests: total.requests + requests,
      items: total.items + items,
      tokens: total.tokens + tokens,
      units: total.units + units,
      credits: total.credits + credits,
    }),
    { requests: 0, items: 0, tokens: 0, units: 0, credits: 0 },
  )

export function statementOf(node: NodeContext, asked: string | undefined): Statement {
  const month = asked ?? periodAt(node.licensing.now() * 1000)
  const byLicense = Map.groupBy(
    licenseCharges(node.usage, month),
    ({ license, model }) => `${license} ${model}`,
  )
  const lines = [...byLicense.values()].map((charges) => lineOf(node, month, charges))
  return {
    month,
    months: licensedMonths(node.usage),
    lines: lines.toSorted((a, b) => b.credits - a.credits || b.units - a.units),
    credits: lines.reduce((total, { credits }) => total + credits, 0),
  }
}

/** Of all calls of a month that were counted on one license. */
function lineOf(node: NodeContext, month: string, charges: readonly LicenseCharge[]): StatementLine {
  const [{ license: lid, model } = { license: '', model: '' }] = charges
  const { book } = node.licensing
  const license = documentOfMonth(book.documents(lid), month)
  const totals = sum(charges)
  const limit = license ? monthAccount(book.notes(), license, month).limit : null
  return {
    lid,
    type: license?.terms.type ?? null,
    account: license?.sub ?? null,
    issuer: license?.iss ?? null,
    model,
    price: license?.terms.price ?? null,
    ...totals,
    credits: totals.credits + subscriptionDue(license, totals.units),
    limit,
    overage: limit === null ? 0 : Math.max(0, totals.units - limit),
    forfeited: countedOn(node, lid, month)?.forfeited ?? 0,
    consumers: charges
      .map(({ consumer, ...counts }) => ({ consumer, ...sum([counts]) }))
      .toSorted((a, b) => b.units - a.units),
  }
}
