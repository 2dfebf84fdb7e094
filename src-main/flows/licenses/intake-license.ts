/** The rungs of a license on its way in: whose it is, for which site and machine, and whether a newer one is here. */
import { OutpostError } from '../../base/errors.ts'
import { termsChanges } from '../../contract/license/compare.ts'
import { typeConflicts } from '../../contract/license/conflicts.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { TermsChange } from '../../contract/license/views.ts'
import {
  dayOf,
  machinesInWords,
  priceInWords,
  quotaInWords,
  shortFingerprint,
  versionsInWords,
} from '../../contract/license/words.ts'
import { limits } from '../../contract/limits.ts'
import { openDocument, peekDocument } from '../../license/envelope/open-document.ts'
import { audienceRefusal } from '../../license/ladder/audience.ts'
import { graceEnd } from '../../license/ladder/rungs.ts'
import {
  countLicenses,
  endLicense,
  insertLicense,
  licenseHistory,
  type StoredLicense,
} from '../../store/tables/licenses.ts'
import { findModel } from '../../store/tables/models.ts'
import type { NodeContext } from '../node-context.ts'
import { type Incoming, type Intake, requirePast } from './intake.ts'
import { requirePublisher } from './standings.ts'

export function intakeLicense({ node, text, bytes, actor }: Incoming): Intake {
  const { book } = node.licensing
  const issuers = book.issuers()
  const { payload: license, kid, digest } = openDocument('license', bytes, issuers.findKey)
  issuers.require({ kid, iss: license.iss, iat: license.iat }, 'license')
  requirePublisher(license)
  requireUnrevoked(node, license)
  requireSite(node, license)
  requireMachine(node, license)
  const history = licenseHistory(node.db, license.lid)
  requireSameIssuer(license, history)
  requireNotBefore(node, license)
  const known = requireNewest(license, digest, history)
  requirePast(node, license.iat)
  if (countLicenses(node.db) >= limits.licensesMax)
    throw new OutpostError('LIC_TOO_LARGE', `This node keeps ${limits.licensesMax} licenses at most.`)
  const conflicts = typeConflicts(license.terms)
  return {
    known,
    effects: effectsOf(node, license, history),
    changes: changesOf(license, history),
    warnings: warningsOf(node, license, history),
    conflict:
      conflicts.length === 0
        ? null
        : new OutpostError('POLICY_CONFLICT', `${conflicts.join(' ')} The fields are what holds.`, {
            hint: 'Ask the issuer whether this is meant; import it with --accept-conflict, or tick the box, if it is.',
          }),
    write: (at) => {
      const { lid, seq, nodes } = license
      node.licensing.marks.change((marks) => ({
        ...marks,
        newest: { ...marks.newest, [lid]: Math.max(seq, marks.newest[lid] ?? 0) },
        ...(nodes && { bound: { ...marks.bound, [lid]: true } }),
      }))
      insertLicense(node.db, {
        lid: license.lid,
        seq: license.seq,
        originNode: node.nodeId,
        document: text,
        digest,
        issuer: license.iss,
        model: license.model.id,
        startsAt: new Date(license.nbf * 1000).toISOString(),
        endsAt: license.exp === null ? null : new Date(license.exp * 1000).toISOString(),
        installedAt: at,
        installedBy: actor.name,
        emergency: history[0]?.emergency ?? [], // a code is good once, whatever document it was first read out for
      })
      for (const lid of endedBy(node, license)) endLicense(node.db, lid, license.lid, at)
    },
  }
}

function requireUnrevoked(node: NodeContext, { lid, iss }: LicensePayload): void {
  const revoked = node.licensing.book.revoked(lid, iss)
  if (!revoked) return
  throw new OutpostError(
    'LIC_REVOKED',
    `The license was revoked${revoked.reason === '' ? '' : `: ${revoked.reason}`}.`,
    {
      hint: `Ask "${iss}" for a new license.`,
    },
  )
}

/** The id is what counts, tranches and lists go by: nobody else may take it. */
function requireSameIssuer({ lid, iss }: LicensePayload, history: readonly StoredLicense[]): void {
  const other = history.find(({ issuer }) => issuer !== iss)
  if (!other) return
  throw new OutpostError(
    'LIC_ISSUER',
    `The license ${lid} is one of "${other.issuer}"; "${iss}" cannot issue it.`,
    {
      hint: `Ask "${iss}" for a license with an id of its own.`,
    },
  )
}

/** Of those that it names: the ones that are here, and of the same issuer. */
const endedBy = (node: NodeContext, { lid: own, iss, supersedes }: LicensePayload): string[] =>
  supersedes.filter((lid) => lid !== own && licenseHistory(node.db, lid).some(({ issuer }) => issuer === iss))

/** Also where the rows of the documents before are gone. */
function requireNotBefore(node: NodeContext, { lid, seq }: LicensePayload): void {
  const { newest, given } = node.licensing.book.marks()
  const highest = Math.max(newest[lid] ?? 0, (given[lid] ?? 0) + 1)
  if (seq >= highest) return
  throw new OutpostError(
    'LIC_SUPERSEDED',
    `Document ${seq} of this license cannot be installed: document ${highest - 1 === given[lid] ? `${given[lid]} was given up` : `${highest} was installed`} on this machine.`,
    {
      hint: 'Import the newest document, or ask the issuer for a new file for this machine.',
      details: { seq, newest: highest },
    },
  )
}

function requireSite(node: NodeContext, license: LicensePayload): void {
  const refusal = audienceRefusal(license, node.licensing.site())
  if (!refusal) return
  const { code, clause, evidence, remedy } = refusal
  throw new OutpostError(code, `${clause} ${evidence}`, { hint: remedy })
}

function requireMachine(node: NodeContext, license: LicensePayload): void {
  const binding = node.licensing.bindingOf(license, null)
  if (binding.state !== 'mismatch') return
  throw new OutpostError(
    'LIC_NODE_MISMATCH',
    `The license is bound to ${machinesInWords(license.nodes)}; of this machine (${shortFingerprint(node.licensing.identity.id)}) ${binding.matched} fit.`,
    {
      hint: 'Make a request for this machine (Ask for a license, under Licenses and usage, or outpost license request) and send it to the issuer.',
      details: { bindings: license.nodes?.bindings.map(({ id, name }) => ({ id, name })) ?? [] },
    },
  )
}

/** True where this very document is here. LIC_SUPERSEDED for one that a newer or another one stands before. */
function requireNewest({ seq }: LicensePayload, digest: string, history: readonly StoredLicense[]): boolean {
  const same = history.find((stored) => stored.digest === digest)
  const [newest] = history
  if (!newest || seq > newest.seq) return false
  const isNewest = same !== undefined && same.seq === newest.seq
  // One that was removed by mistake may come again; one that was given up may not.
  if (isNewest && same.deactivation === null) return same.removedAt === null
  throw new OutpostError(
    'LIC_SUPERSEDED',
    `Document ${seq} of this license cannot be installed: document ${newest.seq} ${newest.deactivation === null ? 'is here already' : 'was given up on this machine'}.`,
    {
      hint:
        newest.deactivation === null
          ? 'Keep the newer one.'
          : 'Ask the issuer for a new file for this machine.',
      details: { seq, newest: newest.seq },
    },
  )
}

function effectsOf(node: NodeContext, license: LicensePayload, history: readonly StoredLicense[]): string[] {
  const { model, terms, nbf, exp } = license
  const replaced = history.find((stored) => stored.removedAt === null)
  const installed = findModel(node.db, model.id)
  const end = exp === null ? 'without end' : `until before ${dayOf(exp)}`
  const effects = [
    `${terms.type} license for ${model.id}, ${versionsInWords(model.range)}, from ${dayOf(nbf)} ${end}.`,
    quotaInWords(terms),
    priceInWords(terms.price),
  ]
  if (replaced)
    effects.push(
      nbf > node.licensing.now()
        ? `It takes the place of document ${replaced.seq} on ${dayOf(nbf)}; until then that one goes on.`
        : `It takes the place of document ${replaced.seq} of the same license at once.`,
    )
  for (const lid of endedBy(node, license)) effects.push(`It ends the license ${lid}.`)
  if (!installed) effects.push(`The model is not installed here yet: import its package next.`)
  return effects
}

/** Null where none is here; one that cannot be read any more is compared with nothing. */
function changesOf(license: LicensePayload, history: readonly StoredLicense[]): TermsChange[] | null {
  const replaced = history.find(({ removedAt }) => removedAt === null)
  if (!replaced || replaced.seq >= license.seq) return null
  return termsChanges(peekDocument('license', Buffer.from(replaced.document)).payload, license)
}

function warningsOf(node: NodeContext, license: LicensePayload, history: readonly StoredLicense[]): string[] {
  const now = node.licensing.now()
  const warnings: string[] = []
  const end = graceEnd(license)
  if (end !== null && now >= end)
    warnings.push('It has expired, and its grace is over: nothing can be served by it.')
  else if (license.exp !== null && now >= license.exp)
    warnings.push(`It has expired; the grace ends on ${dayOf(end ?? 0)}.`)
  if (!license.terms.rights.onPremise)
    warnings.push('It does not allow serving on your own machine: a deployment is refused.')
  const { commercial, country } = node.licensing.site()
  if (commercial && !license.terms.rights.commercialUse)
    warnings.push('It does not allow commercial use, and this site is declared as commercial.')
  if (license.terms.geography.allow !== null && country === null)
    warnings.push('It is for certain countries, and this site has declared none.')
  const former = history.find((stored) => stored.removedAt === null)
  if (former?.endsAt && license.exp !== null && license.exp * 1000 < Date.parse(former.endsAt))
    warnings.push('It ends earlier than the document that it replaces.')
  return warnings
}
