/** The statement of a month: what was counted on each license, and what it costs. */
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { Statement, StatementLine } from '../../contract/license/usage.ts'
import { periodAt, periodEnd } from '../../metering/quota/period.ts'
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
  const used = [...byLicense.values()].map((charges) =>
    lineOf(node, month, charges, documentOf(usable, month)),
  )
  const lines = [...used, ...subscriptions(node, month, usable, new Set(used.map(({ lid }) => lid)))]
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
  document: (lid: string) => LicensePayload | null,
): StatementLine {
  const [{ license: lid, model } = { license: '', model: '' }] = charges
  return statedLine(node, month, { lid, model, license: document(lid) }, charges)
}

/** The newest document of a license that had begun in that month says what it costs; none of a month to come. */
const documentOf =
  (usable: Standings['usable'], month: string) =>
  (lid: string): LicensePayload | null => {
    const documents = usable.flatMap(({ standing: { license } }) => (license.lid === lid ? [license] : []))
    return documents.findLast(({ nbf }) => nbf * 1000 < periodEnd(month)) ?? documents.at(-1) ?? null
  }

const covers = ({ nbf, exp }: LicensePayload, month: string): boolean =>
  nbf * 1000 < periodEnd(month) && (exp === null || exp * 1000 > Date.parse(`${month}-01T00:00:00Z`))

/** What is due by the month, where nothing was asked in it. */
function subscriptions(
  node: NodeContext,
  month: string,
  usable: Standings['usable'],
  stated: ReadonlySet<string>,
): StatementLine[] {
  const held = usable.filter(({ standing }) => !standing.deactivated && standing.revoked === null)
  const lids = new Set(held.map(({ standing }) => standing.license.lid))
  return [...lids].flatMap((lid) => {
    const license = stated.has(lid) ? null : documentOf(held, month)(lid)
    return license?.terms.price.kind === 'subscription' && covers(license, month)
      ? [statedLine(node, month, { lid, model: license.model.id, license }, [])]
      : []
  })
}

function statedLine(
  node: NodeContext,
  month: string,
  { lid, model, license }: { lid: string; model: string; license: LicensePayload | null },
  charges: readonly LicenseCharge[],
): StatementLine {
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
