/** The report to an issuer: counts and hashes, signed with the machine's key, each one naming the one before. */
import { z } from 'zod'
import { digestHex, sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { verifyUsage } from '../../metering/verify-usage.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import { licenseCharges } from '../../store/tables/usage-licenses.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { thisBinding } from './installed.ts'

const lastReport = z.object({ number: z.int(), digest: z.string() })
const setting = 'usage-report'

/** `issuer` limits it to what that issuer licensed; all of them where it is left out. */
export async function reportUsage(node: NodeContext, actor: Actor, issuer: string | undefined) {
  const chain = await verifyUsage(node.paths.usage, node.secrets.usageKey())
  if (!chain.intact)
    throw new OutpostError('LEDGER_TAMPERED', `The log of calls is not as it was written: ${chain.problem}`, {
      hint: 'outpost usage verify says more. Restore the folder from a backup, or tell the issuer what happened.',
    })
  const { identity } = node.licensing
  const before = getSetting(node.db, setting, lastReport)
  const number = (before?.number ?? 0) + 1
  const document = signDocument(
    'usage-report',
    {
      ver: 1,
      crit: [],
      iss: identity.id,
      iat: node.licensing.now(),
      node: thisBinding(node),
      publicKey: identity.publicKey,
      number,
      head: chain.hash,
      records: chain.records,
      accounts: accountsOf(node, issuer),
      previous: before ? digestHex(before.digest) : null,
    },
    identity.signingKey,
  )
  const details = { number, head: chain.hash, issuer: issuer ?? null }
  audited(node, actor, { action: 'usage.report', object: identity.id, details }, () =>
    setSetting(node.db, setting, { number, digest: sha256(document) }),
  )
  return { fileName: `usage-report-${number}.jws`, document, number }
}

function accountsOf(node: NodeContext, issuer: string | undefined) {
  const issuers = new Map(
    node.licensing.book
      .of(null, node.licensing.now())
      .usable.map(({ standing: { license } }) => [license.lid, license.iss]),
  )
  const byAccount = Map.groupBy(
    licenseCharges(node.usage, null).filter(
      ({ license }) => issuer === undefined || issuers.get(license) === issuer,
    ),
    ({ license, period }) => `${license} ${period}`,
  )
  return [...byAccount.values()].map((charges) => {
    const [{ license: lid, period: month } = { license: '', period: '' }] = charges
    const total = (of: (charge: (typeof charges)[number]) => number) =>
      charges.reduce((sum, charge) => sum + of(charge), 0)
    return {
      lid,
      month,
      used: total(({ units }) => units),
      forfeited: countedOn(node, lid, month)?.forfeited ?? 0,
      items: total(({ items }) => items),
      credits: total(({ credits }) => credits),
    }
  })
}
