/** The statement of a month: what was counted on each license, and what it costs. */
import type { Statement, StatementLine } from '../../contract/license/usage.ts'
import { periodAt } from '../../metering/quota/period.ts'
import { type LicenseCharge, licenseCharges, licensedMonths } from '../../store/tables/usage-licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { monthAccount } from './quota-accounts.ts'
import type { Standings } from './standings.ts'

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
  const { usable } = node.licensing.book.of(null, node.licensing.now())
  const byLicense = Map.groupBy(
    licenseCharges(node.usage, month),
    ({ license, model }) => `${license} ${model}`,
  )
  const lines = [...byLicense.values()].map((charges) => lineOf(node, month, charges, usable))
  return {
    month,
    months: licensedMonths(node.usage),
    lines: lines.toSorted((a, b) => b.credits - a.credits || b.units - a.units),
    credits: lines.reduce((total, { credits }) => total + credits, 0),
  }
}

function lineOf(
  node: NodeContext,
  month: string,
  charges: readonly LicenseCharge[],
  usable: Standings['usable'],
): StatementLine {
  const [{ license: lid, model } = { license: '', model: '' }] = charges
  // The newest document of a license says what it costs.
  const license = usable.findLast(({ standing }) => standing.license.lid === lid)?.standing.license ?? null
  const price = license?.terms.price ?? null
  const totals = sum(charges)
  const limit = license ? monthAccount(node.licensing.book.notes(), license, month).limit : null
  const monthly = price?.kind === 'subscription' ? price.creditsPerMonth : 0
  return {
    lid,
    type: license?.terms.type ?? null,
    account: license?.sub ?? null,
    issuer: license?.iss ?? null,
    model,
    price,
    ...totals,
    credits: totals.credits + monthly,
    limit,
    overage: limit === null ? 0 : Math.max(0, totals.units - limit),
    forfeited: countedOn(node, lid, month)?.forfeited ?? 0,
    consumers: charges
      .map(({ consumer, ...counts }) => ({ consumer, ...sum([counts]) }))
      .toSorted((a, b) => b.units - a.units),
  }
}
