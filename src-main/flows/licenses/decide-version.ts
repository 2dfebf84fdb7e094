/** What the installed licenses say to an operation on a version (R25 to R36): asked by every way out of the node. */
import { OutpostError } from '../../base/errors.ts'
import { withBuild } from '../../base/version-order.ts'
import { meaningOf } from '../../base/version-reference.ts'
import type { Denial, LicenseDecision, LicenseOperation } from '../../contract/license/decision.ts'
import { decide } from '../../license/ladder/decide.ts'
import type { LicensedVersion, Question } from '../../license/ladder/rungs.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { findVersionById, type StoredVersion, versionNames } from '../../store/tables/versions.ts'
import type { Licensing } from './licensing.ts'
import type { Standings } from './standings.ts'

/** A version, with the key that signed it: one of the node's own needs no license. */
export interface VersionFacts extends LicensedVersion {
  publisherFingerprint: string | null
}

export const factsOf = (model: string, version: StoredVersion): VersionFacts => ({
  model,
  version: version.version,
  digest: version.manifestDigest,
  publisherFingerprint: version.publisherFingerprint,
  releasedAt: Math.floor(Date.parse(version.registeredAt) / 1000),
})

export interface Asked {
  operation: LicenseOperation
  /** What the site declares where it is left out. */
  commercial?: boolean | undefined
  /** Seconds; the trusted time where it is left out. */
  now?: number
}

/** The question but for its version. */
export function askedHere(licensing: Licensing, asked: Asked): Omit<Question, 'version'> {
  const { commercial, ...site } = licensing.site()
  return {
    operation: asked.operation,
    commercial: asked.commercial ?? commercial,
    site,
    now: asked.now ?? licensing.now(),
  }
}

const own: LicenseDecision = {
  allowed: true,
  lid: null,
  until: null,
  graceUntil: null,
  byEmergency: false,
  attribution: null,
}

export function decideVersion(licensing: Licensing, version: VersionFacts, asked: Asked): LicenseDecision {
  if (licensing.book.isOwn(version.publisherFingerprint)) return own
  const question = { ...askedHere(licensing, asked), version }
  const standings = licensing.book.of(version.model, question.now)
  const decision = decide(
    standings.usable.map(({ standing }) => standing),
    question,
  )
  return decision.allowed ? decision : withUnusable(decision, standings)
}

/** Where there is none that can be relied on, the reason may be one that cannot. */
function withUnusable(denial: Denial, { unusable }: Standings): Denial {
  const [first] = unusable
  if (denial.code !== 'LIC_NONE' || !first) return denial
  const { message, hint } = first.failure
  return {
    ...denial,
    lid: first.stored.lid,
    evidence: `The license ${first.stored.lid} is installed and cannot be verified: ${message}`,
    remedy: hint ?? denial.remedy,
  }
}

export const denialError = (denial: Denial, subject: string): OutpostError =>
  new OutpostError(denial.code, `${subject}: ${denial.clause} ${denial.evidence}`, {
    hint: denial.remedy,
    details: { license: denial.lid, clause: denial.clause, evidence: denial.evidence, remedy: denial.remedy },
  })

/** Of a refusal, what is kept of it. */
export const refusalFacts = ({ code, message, details }: OutpostError) => ({
  code,
  message,
  lid: typeof details?.license === 'string' ? details.license : null,
})

/** Throws the code of the rung that denies it. */
export function requireRight(
  licensing: Licensing,
  model: string,
  version: StoredVersion,
  asked: Asked,
): void {
  const decision = decideVersion(licensing, factsOf(model, version), asked)
  if (!decision.allowed)
    throw denialError(decision, `${model}@${withBuild(version.version, version.dataVersion)}`)
}

/**
 * What a reference means to someone who wants to use it: an alias or a range is looked for among the versions that
 * may be served. Where none may, it is resolved among all, and the license says why.
 */
export function resolveLicensed(
  db: NodeReader,
  licensing: Licensing,
  model: string,
  reference: string | null,
) {
  const found = resolveVersion(db, model, reference)
  const isExact = meaningOf(reference)?.kind === 'exact' // nothing else is meant: no other version is asked for
  if (isExact || decideVersion(licensing, factsOf(model, found.version), { operation: 'serve' }).allowed)
    return found
  const allowed = licensedVersions(db, licensing, found.model)
  try {
    return allowed.size === 0 ? found : resolveVersion(db, model, reference, allowed)
  } catch (error) {
    if (error instanceof OutpostError && error.code === 'VERSION_NOT_FOUND') return found
    throw error
  }
}

/** Of what a reference means; null where it may be served, or where there is nothing of it here. */
export function denialOf(
  db: NodeReader,
  licensing: Licensing,
  model: string,
  reference: string | null,
): { version: string; error: OutpostError } | null {
  const found = resolvedOrNull(db, licensing, model, reference)
  if (!found) return null
  const decision = decideVersion(licensing, factsOf(model, found.version), { operation: 'serve' })
  if (decision.allowed) return null
  return { version: found.name, error: denialError(decision, `${model}@${found.name}`) }
}

function resolvedOrNull(db: NodeReader, licensing: Licensing, model: string, reference: string | null) {
  try {
    return resolveLicensed(db, licensing, model, reference)
  } catch (error) {
    if (error instanceof OutpostError) return null
    throw error
  }
}

function licensedVersions(
  db: NodeReader,
  licensing: Licensing,
  model: { id: string; name: string },
): Set<string> {
  const mayServe = ({ id }: { id: string }) => {
    const version = findVersionById(db, id)
    return (
      version !== null &&
      decideVersion(licensing, factsOf(model.name, version), { operation: 'serve' }).allowed
    )
  }
  return new Set(
    versionNames(db, model.id)
      .filter(mayServe)
      .map(({ id }) => id),
  )
}
