/** What a person does with an installed license, and what this machine says of itself to an issuer. */
import { hostname } from 'node:os'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { onlyAccount } from '../../contract/license/audience.ts'
import type { NodeBinding } from '../../contract/license/documents.ts'
import type { LicenseType } from '../../contract/license/terms.ts'
import type { SiteChange, SiteDeclaration } from '../../contract/license/views.ts'
import { redeem } from '../../license/emergency/redeem.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { refusalOfAny } from '../../license/ladder/decide.ts'
import type { LicenseStanding } from '../../license/ladder/rungs.ts'
import { changeLicense, licenseHistory, type StoredLicense } from '../../store/tables/licenses.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { setSetting } from '../../store/tables/settings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { askedHere } from './decide-version.ts'
import { siteSetting } from './licensing.ts'
import { lookAtLicenses } from './notices.ts'
import { tellOfLicenses } from './tell.ts'

function requireLicense(node: NodeContext, lid: string): StoredLicense {
  const found = licenseHistory(node.db, lid).find(({ removedAt }) => removedAt === null)
  if (found) return found
  throw new OutpostError('LIC_NOT_FOUND', `The license ${lid} is not installed here.`, {
    hint: 'outpost license list shows what is.',
  })
}

/** All documents of it. It may be imported again, as long as it was not given up. */
export async function removeLicense(
  node: NodeContext,
  actor: Actor,
  lid: string,
): Promise<Record<string, never>> {
  requireLicense(node, lid)
  audited(node, actor, { action: 'license.remove', object: lid }, (at) => {
    for (const stored of licenseHistory(node.db, lid))
      if (stored.removedAt === null) changeLicense(node.db, stored, { removedAt: at })
    nextSnapshot(node.db)
  })
  await tellOfLicenses(node)
  return {}
}

/** This machine in a document: the name is for people, the traits are keyed hashes. */
export const thisBinding = (node: NodeContext): NodeBinding => ({
  id: node.licensing.identity.id,
  name: hostname().slice(0, 200) || 'node',
  traits: node.licensing.traits(),
})

/** The license stops here first, and then the proof of that is handed out. */
export async function deactivateLicense(node: NodeContext, actor: Actor, lid: string) {
  const stored = requireLicense(node, lid)
  const { identity } = node.licensing
  const document =
    stored.deactivation ??
    signDocument(
      'deactivation',
      {
        ver: 1,
        crit: [],
        iss: identity.id,
        iat: node.licensing.now(),
        node: thisBinding(node),
        publicKey: identity.publicKey,
        lid,
        seq: stored.seq,
      },
      identity.signingKey,
    )
  audited(node, actor, { action: 'license.deactivate', object: lid, details: { seq: stored.seq } }, () => {
    const documents = licenseHistory(node.db, lid)
    const highest = Math.max(...documents.map(({ seq }) => seq))
    node.licensing.marks.change((marks) => ({ ...marks, given: { ...marks.given, [lid]: highest } }))
    for (const one of documents) changeLicense(node.db, one, { deactivation: document })
    nextSnapshot(node.db)
  })
  await tellOfLicenses(node)
  return { fileName: `${lid}.deactivation.jws`, document }
}

/** A code is kept for when it helps: it carries over an end and a changed machine, and over nothing else. */
function requireUseOfCode(node: NodeContext, standing: LicenseStanding): void {
  const refusal = refusalOfAny(standing, askedHere(node.licensing, { operation: 'serve' }))
  const { license } = standing
  const ends = license.exp !== null && node.licensing.now() >= license.exp
  if (
    refusal
      ? ['LIC_EXPIRED', 'LIC_NODE_MISMATCH'].includes(refusal.code)
      : ends || standing.binding.state === 'rebind'
  )
    return
  throw new OutpostError(
    'EMERGENCY_CODE_INVALID',
    refusal
      ? `An emergency code does not help here: ${refusal.clause} ${refusal.evidence}`
      : 'An emergency code would be wasted: the license has not ended, and this is its machine.',
    {
      hint: refusal
        ? refusal.remedy
        : 'Keep it for when it is needed. A quota that is used up is raised by a file of the issuer.',
    },
  )
}

/** EMERGENCY_CODE_INVALID. Seven days of trusted time, also where the license has ended or the machine is another. */
export async function redeemCode(node: NodeContext, actor: Actor, lid: string, code: string) {
  const stored = requireLicense(node, lid)
  const found = node.licensing.book
    .of(stored.model, node.licensing.now())
    .usable.find((one) => one.stored.lid === lid && one.stored.seq === stored.seq)
  if (!found)
    throw new OutpostError('LIC_NOT_FOUND', `The license ${lid} cannot be verified, so no code helps it.`)
  const { license } = found.standing
  requireUseOfCode(node, found.standing)
  const redeemed = redeem(code, license, { redeemed: found.stored.emergency }, node.licensing.now() * 1000)
  const until = new Date(redeemed.until).toISOString()
  audited(
    node,
    actor,
    { action: 'license.emergency', object: lid, details: { until, left: redeemed.left } },
    () => {
      const codes = [...redeemed.state.redeemed]
      node.licensing.marks.change((marks) => ({ ...marks, codes: { ...marks.codes, [lid]: codes } }))
      changeLicense(node.db, stored, { emergency: codes })
      nextSnapshot(node.db)
    },
  )
  await tellOfLicenses(node)
  return { until }
}

export interface LicenseWish {
  model: string
  range: string
  type: LicenseType
  /** Left out: as the site declares it. */
  account?: string | undefined
  note: string
  lid: string | null
}

/** For the air gap: carried to the provider, who answers with a license that is bound to this machine. */
export function requestLicense(node: NodeContext, actor: Actor, wish: LicenseWish) {
  const { identity } = node.licensing
  const { country, accounts } = node.licensing.site()
  const document = signDocument(
    'node-request',
    {
      ver: 1,
      crit: [],
      iss: identity.id,
      iat: node.licensing.now(),
      node: thisBinding(node),
      publicKey: identity.publicKey,
      sealingKey: identity.sealingPublicKey,
      country,
      wants: { ...wish, account: wish.account ?? onlyAccount(accounts) ?? '' },
    },
    identity.signingKey,
  )
  audited(
    node,
    actor,
    { action: 'license.request', object: wish.model, details: { type: wish.type } },
    () => undefined,
  )
  return { fileName: requestName(wish, isoTime(node.clock).slice(0, 10)), document }
}

/** Of a renewal with the end of the license's id and the day: it must not lie over the first, nor over the last. */
const requestName = ({ model, lid }: LicenseWish, day: string): string =>
  lid === null ? `${model}.request.jws` : `${model}-${lid.slice(-8)}-${day}.request.jws`

/** Field by field, onto what stands now: of two who declare it at a time, neither takes back what the other said. */
export async function declareSite(
  node: NodeContext,
  actor: Actor,
  change: SiteChange,
): Promise<SiteDeclaration> {
  const site = { ...node.licensing.site(), ...change }
  audited(
    node,
    actor,
    { action: 'license.declare-site', object: site.name ?? 'site', details: { ...site } },
    () => {
      setSetting(node.db, siteSetting, site)
      nextSnapshot(node.db)
    },
  )
  await tellOfLicenses(node)
  await lookAtLicenses(node)
  return site
}

export const nodeLicensing = (node: NodeContext) => {
  const { licensing } = node
  const attested = licensing.book.notes().newestAttestation()
  return {
    nodeId: licensing.identity.id,
    site: licensing.site(),
    attested: attested && { country: attested.country, until: new Date(attested.until * 1000).toISOString() },
    trustedTime: new Date(licensing.now() * 1000).toISOString(),
    clock: isoTime(node.clock),
    anomalies: licensing.anomalies(),
    ledger: node.quotas.failure(),
  }
}
