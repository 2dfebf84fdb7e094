/** The report to an issuer: counts and hashes, signed with the machine's key, each one naming the one before. */
import { z } from 'zod'
import { digestHex, sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { everInstalled } from '../../store/tables/licenses.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import { licenseCharges } from '../../store/tables/usage-licenses.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { countedAll } from './counted.ts'
import { thisBinding } from './installed.ts'
import { checkUsage } from './verify-usage.ts'

const lastReport = z.object({ number: z.int(), digest: z.string() })
const setting = 'usage-report'

/** `issuer` limits it to what that issuer licensed; all of them where it is left out. */
export async function reportUsage(node: NodeContext, actor: Actor, issuer: string | undefined) {
  const chain = await checkUsage(node)
  if (!chain.intact)
    throw new OutpostError(
      'LEDGER_TAMPERED',
      `The bill is not what the log of calls says: ${chain.problem}`,
      {
        hint: 'outpost usage verify says more. Restore the folder from a backup, or tell the issuer what happened.',
      },
    )
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
      head: chain.head,
      records: chain.records,
      accounts: accountsOf(node, issuer),
      previous: before ? digestHex(before.digest) : null,
    },
    identity.signingKey,
  )
  const details = { number, head: chain.head, issuer: issuer ?? null }
  audited(node, actor, { action: 'usage.report', object: identity.id, details }, () =>
    setSetting(node.db, setting, { number, digest: sha256(document) }),
  )
  return { fileName: `usage-report-${number}.jws`, document, number }
}

/** As the log says, which was held against the statements, and beside it as the quota says. */
function accountsOf(node: NodeContext, issuer: string | undefined) {
  // Also of those that were removed: what was used is due all the same.
  const issuers = new Map(everInstalled(node.db).map((stored) => [stored.lid, stored.issuer]))
  const isAsked = (lid: string) => issuer === undefined || issuers.get(lid) === issuer
  const charges = licenseCharges(node.usage, null).filter(({ license }) => isAsked(license))
  const byAccount = Map.groupBy(charges, ({ license, period }) => `${license} ${period}`)
  const counted = new Map(
    countedAll(node)
      .filter(({ account, period }) => issuers.has(account) && period !== '' && isAsked(account))
      .map((one) => [`${one.account} ${one.period}`, one]),
  )
  return [...new Set([...byAccount.keys(), ...counted.keys()])].map((key) => {
    const [lid = '', month = ''] = key.split(' ')
    const charged = byAccount.get(key) ?? []
    const total = (of: (charge: (typeof charges)[number]) => number) =>
      charged.reduce((sum, charge) => sum + of(charge), 0)
    return {
      lid,
      month,
      used: total(({ units }) => units),
      counted: counted.get(key)?.counted ?? null,
      forfeited: counted.get(key)?.forfeited ?? 0,
      items: total(({ items }) => items),
      credits: total(({ credits }) => credits),
    }
  })
}
