/**
 * The rungs between a verified license and an operation, the most severe first. Each is a pure function of the facts:
 * null where it lets pass, otherwise what the license says, what was found and what to do.
 */
import semver from 'semver'
import type { DenialCode, LicenseOperation } from '../../contract/license/decision.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { SiteDeclaration } from '../../contract/license/views.ts'
import { machinesInWords } from '../../contract/license/words.ts'
import { limits } from '../../contract/limits.ts'
import { audienceRefusal } from './audience.ts'
import { type Refusal, renewal } from './refusal.ts'
import { isWithin } from './regions.ts'

export type Binding =
  /** The license names no machine. */
  | { state: 'any' }
  | { state: 'bound' }
  /** Too few traits are found again; seconds of trusted time until which it counts as bound all the same. */
  | { state: 'rebind'; until: number; matched: string }
  | { state: 'mismatch'; matched: string }

/** What is known of a license on this machine. Times in seconds of trusted time. */
export interface LicenseStanding {
  license: LicensePayload
  /** The license or document that replaced it; null where none did. */
  supersededBy: string | null
  /** It was moved away from this machine. */
  deactivated: boolean
  revoked: { at: number; reason: string } | null
  /** Of the newest list of revocations of its issuer. */
  revocationsIssuedAt: number | null
  /** When the issuer was heard of last: a receipt, a time, or the license itself. */
  heardAt: number
  binding: Binding
  /** An emergency code holds until then. */
  emergencyUntil: number | null
  /** Where this site is, as its issuer signed it. */
  attested: Attestation | null
}

export interface Attestation {
  country: string
  until: number
}

export interface LicensedVersion {
  /** publisher.name, the number without build metadata, and the manifest's digest. */
  model: string
  version: string
  digest: string
  /** When it was published, in seconds: one published after the end has no grace. */
  releasedAt: number
}

export interface Question {
  operation: LicenseOperation
  commercial: boolean
  version: LicensedVersion
  /** As the operator declared it. */
  site: Pick<SiteDeclaration, 'name' | 'accounts' | 'country'>
  /** Trusted time in seconds. */
  now: number
}

type Rung = (standing: LicenseStanding, question: Question) => Refusal | null

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)
const moment = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** The end of what the grace adds; null: no end. */
export const graceEnd = ({ exp, terms }: LicensePayload): number | null =>
  exp === null ? null : exp + terms.graceDays * 86_400

const standing: Rung = ({ supersededBy, deactivated, license }) => {
  if (deactivated)
    return {
      code: 'LIC_SUPERSEDED',
      clause: 'The license was moved to another machine.',
      evidence: `This machine gave it up (document ${license.seq}).`,
      remedy: `To use it here again, ask ${renewal(license)} for a new file for this machine.`,
    }
  if (supersededBy !== null)
    return {
      code: 'LIC_SUPERSEDED',
      clause: 'A newer license replaces this one.',
      evidence: `It was replaced by ${supersededBy}.`,
      remedy: 'Nothing needs to be done: the newer one is used by itself.',
    }
  return null
}

const revocation: Rung = ({ revoked, license }) =>
  revoked && {
    code: 'LIC_REVOKED',
    clause: 'The issuer may take a license back.',
    evidence: `It was revoked on ${day(revoked.at)}${revoked.reason === '' ? '' : `: ${revoked.reason}`}.`,
    remedy: `Ask ${renewal(license)} why, and for a new license.`,
  }

const audience: Rung = ({ license }, { site }) => audienceRefusal(license, site)

const machine: Rung = ({ binding, license, emergencyUntil }, { now }) => {
  if (binding.state === 'any' || binding.state === 'bound') return null
  if (binding.state === 'rebind' && now < binding.until) return null
  if (emergencyUntil !== null && now < emergencyUntil) return null
  return {
    code: 'LIC_NODE_MISMATCH',
    clause: `The license is bound to ${machinesInWords(license.nodes)}; ${license.nodes?.need ?? 2} traits of the machine must be found again.`,
    evidence: `Of this machine ${binding.matched} fit.`,
    remedy: `Make a request for this machine (Ask for a license, under Licenses and usage, or outpost license request) and send it to ${renewal(license)}.`,
  }
}

const issued: Rung = ({ license: { iat } }, { now }) =>
  iat <= now + limits.documentSkewSeconds
    ? null
    : {
        code: 'LIC_IAT_FUTURE',
        clause: `The license was issued on ${moment(iat)}.`,
        evidence: `The trusted time of this node is ${moment(now)}.`,
        remedy: 'Set the clock of this machine, or import a signed time of the issuer.',
      }

const begun: Rung = ({ license: { nbf } }, { now }) =>
  now >= nbf
    ? null
    : {
        code: 'LIC_NOT_YET_VALID',
        clause: `The license is valid from ${moment(nbf)} on.`,
        evidence: `The trusted time of this node is ${moment(now)}.`,
        remedy: 'It takes over by itself on that day; until then another license is needed.',
      }

const ended: Rung = ({ license, emergencyUntil }, { now, operation, version }) => {
  const { exp, terms } = license
  if (exp === null || now < exp) return null
  if (emergencyUntil !== null && now < emergencyUntil) return null
  const until = graceEnd(license) ?? exp
  const remedy = `Renew it: send ${renewal(license)} a request (outpost license request), and import the answer.`
  const clause = `The license was valid until before ${moment(exp)}, with ${terms.graceDays === 1 ? '1 day' : `${terms.graceDays} days`} of grace for what was running.`
  if (now >= until)
    return {
      code: 'LIC_EXPIRED',
      clause,
      evidence: `The grace ended on ${moment(until)}; it is ${moment(now)}.`,
      remedy,
    }
  if (operation !== 'serve')
    return { code: 'LIC_EXPIRED', clause, evidence: 'The grace is for serving alone.', remedy }
  if (version.releasedAt > exp)
    return {
      code: 'LIC_EXPIRED',
      clause,
      evidence: `The version was published on ${day(version.releasedAt)}, after the end: the grace is for versions published before it.`,
      remedy: `${remedy} Until then deploy a version that was published before ${day(exp)}.`,
    }
  return null
}

const freshness: Rung = ({ license, revocationsIssuedAt }, { now }) => {
  const most = license.revocationsAgeSecondsMax
  const deadline = revocationDeadline(license, revocationsIssuedAt)
  if (most === null || deadline === null || now < deadline) return null
  return {
    code: 'LIC_CRL_STALE',
    clause: `The list of revocations must not be older than ${Math.floor(most / 86_400)} days.`,
    evidence:
      revocationsIssuedAt === null
        ? 'None was ever imported.'
        : `The newest here is of ${moment(revocationsIssuedAt)}.`,
    remedy: `Import the present list of ${renewal(license)} (outpost license import).`,
  }
}

/** A license begins with the age of its own signature: whoever signs one knows what is revoked. */
export const revocationDeadline = (
  { revocationsAgeSecondsMax, iat }: LicensePayload,
  issuedAt: number | null,
): number | null =>
  revocationsAgeSecondsMax === null ? null : Math.max(iat, issuedAt ?? 0) + revocationsAgeSecondsMax

const contact: Rung = ({ license, heardAt }, { now }) => {
  const { offlineSecondsMax } = license
  if (offlineSecondsMax === null || now < heardAt + offlineSecondsMax) return null
  return {
    code: 'LIC_OFFLINE_TOO_LONG',
    clause: `The issuer must be heard of at least every ${Math.floor(offlineSecondsMax / 86_400)} days.`,
    evidence: `It was heard of last on ${moment(heardAt)}.`,
    remedy: `Send ${renewal(license)} a usage report and import the receipt.`,
  }
}

const model: Rung = ({ license }, { version }) =>
  license.model.id === version.model
    ? null
    : {
        code: 'LIC_MODEL_MISMATCH',
        clause: `The license is for the model ${license.model.id}.`,
        evidence: `The model asked for is ${version.model}.`,
        remedy: `Get a license for ${version.model}.`,
      }

/** Build metadata has no order (semver.org, 10), so it is left out; a prerelease is in a range that names it or its kind. */
const covers = ({ model: { range } }: LicensePayload, version: string): boolean =>
  semver.satisfies(version.split('+')[0] ?? version, range, { includePrerelease: range === '*' })

/** What semver reads as a range; its parser is not let near what is longer than a schema allows. */
export const isVersionRange = (range: string): boolean => semver.validRange(range) !== null

const versions: Rung = ({ license }, { version }) =>
  covers(license, version.version)
    ? null
    : {
        code: 'LIC_VERSION_NOT_LICENSED',
        clause: `The license covers the versions ${license.model.range} of ${license.model.id}.`,
        evidence: `The version asked for is ${version.version}.`,
        remedy: `Use a version in that range, or ask ${renewal(license)} for a license that covers ${version.version}.`,
      }

const artifact: Rung = ({ license }, { version }) =>
  license.artifacts.length === 0 || license.artifacts.includes(version.digest)
    ? null
    : {
        code: 'LIC_ARTIFACT_DIGEST',
        clause: `The license names the digests of ${license.artifacts.length} packages.`,
        evidence: `The package of ${version.model}@${version.version} has the digest ${version.digest}.`,
        remedy: 'Install the package that was licensed, or ask for a license of this one.',
      }

const right =
  (code: DenialCode, clause: string, evidence: string) =>
  ({ license }: LicenseStanding): Refusal => ({
    code,
    clause: `The license (${license.terms.type}) does not allow ${clause}.`,
    evidence,
    remedy: `Ask ${renewal(license)} for a license with that right.`,
  })
const noOnPremise = right(
  'LIC_ONPREM_DENIED',
  'serving on your own machine',
  'This node is a machine of the licensee.',
)
const noCommerce = right('LIC_COMMERCIAL_DENIED', 'commercial use', 'The use is declared as commercial.')
const noExport = right(
  'LIC_REDISTRIBUTION_DENIED',
  'handing the files on',
  'The files would leave this node.',
)
const noDerivative = right(
  'LIC_DERIVATIVE_DENIED',
  'models made of this one',
  'A new model would be made of this version.',
)
const noModification = right(
  'LIC_MODIFICATION_DENIED',
  'changing the version',
  'The version would be changed.',
)

const rights: Rung = (standing, { operation, commercial }) => {
  const { rights } = standing.license.terms
  switch (operation) {
    case 'serve':
      if (!rights.onPremise) return noOnPremise(standing)
      return commercial && !rights.commercialUse ? noCommerce(standing) : null
    case 'export':
      return rights.redistribution ? null : noExport(standing)
    case 'derive':
      return rights.derivatives ? null : noDerivative(standing)
    case 'modify':
      return rights.modification ? null : noModification(standing)
  }
}

const place: Rung = ({ license, ...standing }, { site, now }) => {
  const { allow, basis } = license.terms.geography
  if (allow === null) return null
  const attested = standing.attested && now < standing.attested.until ? standing.attested.country : null
  const country = basis === 'attested' ? attested : (attested ?? site.country)
  if (country !== null && isWithin(country, allow)) return null
  const where = basis === 'attested' ? 'The issuer attested' : 'The operator declared'
  return {
    code: 'LIC_GEO_DENIED',
    clause:
      allow.length === 0
        ? 'The license allows use nowhere.'
        : `The license allows use in ${allow.join(', ')}.`,
    evidence: country === null ? `${where} no place for this site.` : `${where} ${country} for this site.`,
    remedy:
      basis === 'attested'
        ? `Ask ${renewal(license)} for a receipt that attests this site.`
        : `Declare the country of this site under Licenses and usage, This site, or ask ${renewal(license)} for a license for it.`,
  }
}

/** Of the license itself. */
const ofLicense: readonly Rung[] = [
  standing,
  revocation,
  audience,
  machine,
  issued,
  begun,
  ended,
  freshness,
  contact,
]
const ofVersion: readonly Rung[] = [model, versions, artifact]
const ofUse: readonly Rung[] = [rights, place]

export const rungs: readonly Rung[] = [...ofLicense, ...ofVersion, ...ofUse]
/** Without those that are about one version: what the license says to any that it covers. */
export const rungsOfAnyVersion: readonly Rung[] = [...ofLicense, ...ofUse]
