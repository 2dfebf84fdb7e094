/**
 * The ladder against a slow and plain model of it: written out as one list of conditions a license must meet, on
 * arbitrary facts. Whatever the facts, both say the same code.
 */
import fc from 'fast-check'
import semver from 'semver'
import { expect, test } from 'vitest'
import type { LicensePayload } from '../../src-main/contract/license/documents.ts'
import { decide, firstRefusal } from '../../src-main/license/ladder/decide.ts'
import type { LicenseStanding, Question } from '../../src-main/license/ladder/rungs.ts'
import { licensePayload, termsOf } from '../support/licenses.ts'

const base = 1_800_000_000
const near = fc.integer({ min: -5, max: 5 }).map((days) => base + days * 86_400)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
const digests = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
const countries = ['DE', 'FR', 'US']
const accounts = ['Example Bank', 'Other Bank']
const sites = ['berlin', 'munich']

const licenses: fc.Arbitrary<LicensePayload> = fc
  .record({
    iat: near,
    nbf: near,
    exp: maybe(near),
    range: fc.constantFrom('*', '1.x', '2.x', '1.2.0'),
    artifacts: fc.subarray(digests),
    rights: fc.record({
      commercialUse: fc.boolean(),
      modification: fc.boolean(),
      redistribution: fc.boolean(),
      derivatives: fc.boolean(),
      onPremise: fc.boolean(),
    }),
    allow: maybe(fc.subarray(countries)),
    basis: fc.constantFrom('declared' as const, 'attested' as const),
    graceDays: fc.integer({ min: 0, max: 3 }),
    offline: maybe(fc.integer({ min: 1, max: 4 })),
    revocations: maybe(fc.integer({ min: 1, max: 4 })),
    model: fc.constantFrom('acme.cells', 'acme.other'),
    sub: fc.constantFrom(...accounts, 'The user of this node'),
    aud: fc.option(fc.constantFrom(...sites), { nil: null, freq: 1 }),
  })
  .map(({ range, rights, allow, basis, graceDays, offline, revocations, model, ...rest }) =>
    licensePayload({
      ...rest,
      model: { id: model, range },
      terms: termsOf('DEVELOPER', { rights, geography: { allow, basis }, graceDays }),
      offlineSecondsMax: offline && offline * 86_400,
      revocationsAgeSecondsMax: revocations && revocations * 86_400,
    }),
  )

const standings: fc.Arbitrary<LicenseStanding> = fc.record({
  license: licenses,
  supersededBy: maybe(fc.constant('another')),
  deactivated: fc.boolean(),
  revoked: maybe(fc.record({ at: near, reason: fc.constant('') })),
  revocationsIssuedAt: maybe(near),
  heardAt: near,
  binding: fc.oneof(
    fc.constant({ state: 'any' as const }),
    fc.constant({ state: 'bound' as const }),
    near.map((until) => ({ state: 'rebind' as const, until, matched: '1' })),
    fc.constant({ state: 'mismatch' as const, matched: '0' }),
  ),
  emergencyUntil: maybe(near),
  attested: maybe(fc.record({ country: fc.constantFrom(...countries), until: near })),
})

const questions: fc.Arbitrary<Question> = fc.record({
  operation: fc.constantFrom('serve' as const, 'export' as const, 'derive' as const, 'modify' as const),
  commercial: fc.boolean(),
  version: fc.record({
    model: fc.constant('acme.cells'),
    version: fc.constantFrom('1.2.0', '1.9.0', '2.0.0'),
    digest: fc.constantFrom(...digests),
    releasedAt: near,
  }),
  site: fc.record({
    name: maybe(fc.constantFrom(...sites)),
    accounts: fc.subarray(accounts),
    country: maybe(fc.constantFrom(...countries)),
  }),
  now: near,
})

const isFor = ({ aud, sub }: LicensePayload, { name, accounts }: Question['site']): boolean =>
  [null, name].includes(aud) &&
  (accounts.length === 0 || ['The user of this node', ...accounts].includes(sub))

/** Every code whose condition holds; the ladder must name the first of the order below. */
function plainly(
  { license, ...facts }: LicenseStanding,
  { operation, commercial, version, site, now }: Question,
): string[] {
  const { rights, geography, graceDays } = license.terms
  const emergency = facts.emergencyUntil !== null && now < facts.emergencyUntil
  const ended = license.exp !== null && now >= license.exp
  const inGrace =
    license.exp !== null &&
    now < license.exp + graceDays * 86_400 &&
    operation === 'serve' &&
    version.releasedAt <= license.exp
  const attested = facts.attested && now < facts.attested.until ? facts.attested.country : null
  const country = geography.basis === 'attested' ? attested : (attested ?? site.country)
  const holds: Record<string, boolean> = {
    LIC_SUPERSEDED: facts.supersededBy !== null || facts.deactivated,
    LIC_REVOKED: facts.revoked !== null,
    LIC_AUDIENCE: !isFor(license, site),
    LIC_NODE_MISMATCH:
      !emergency &&
      (facts.binding.state === 'mismatch' ||
        (facts.binding.state === 'rebind' && now >= facts.binding.until)),
    LIC_IAT_FUTURE: license.iat > now + 300,
    LIC_NOT_YET_VALID: now < license.nbf,
    LIC_EXPIRED: ended && !emergency && !inGrace,
    LIC_CRL_STALE:
      license.revocationsAgeSecondsMax !== null &&
      now >= Math.max(license.iat, facts.revocationsIssuedAt ?? 0) + license.revocationsAgeSecondsMax,
    LIC_OFFLINE_TOO_LONG:
      license.offlineSecondsMax !== null && now >= facts.heardAt + license.offlineSecondsMax,
    LIC_MODEL_MISMATCH: license.model.id !== version.model,
    LIC_VERSION_NOT_LICENSED: !semver.satisfies(version.version, license.model.range),
    LIC_ARTIFACT_DIGEST: license.artifacts.length > 0 && !license.artifacts.includes(version.digest),
    LIC_ONPREM_DENIED: operation === 'serve' && !rights.onPremise,
    LIC_COMMERCIAL_DENIED: operation === 'serve' && commercial && !rights.commercialUse,
    LIC_REDISTRIBUTION_DENIED: operation === 'export' && !rights.redistribution,
    LIC_DERIVATIVE_DENIED: operation === 'derive' && !rights.derivatives,
    LIC_MODIFICATION_DENIED: operation === 'modify' && !rights.modification,
    LIC_GEO_DENIED: geography.allow !== null && (country === null || !geography.allow.includes(country)),
  }
  return Object.keys(holds).filter((code) => holds[code])
}

test('the ladder says what a plain list of conditions says, the most severe first', () => {
  fc.assert(
    fc.property(standings, questions, (standing, question) => {
      expect(firstRefusal(standing, question)?.code ?? null).toBe(plainly(standing, question)[0] ?? null)
    }),
    { numRuns: 20_000 },
  )
})

test('a decision holds until the moment that it names, whatever comes in between', () => {
  fc.assert(
    fc.property(
      standings,
      questions,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (standing, question, share) => {
        const decision = decide([standing], question)
        if (!decision.allowed) return
        const until = decision.until ?? question.now + 20 * 86_400
        const between = question.now + Math.floor(share * (until - 1 - question.now))
        expect(decide([standing], { ...question, now: between }).allowed).toBe(true)
      },
    ),
    { numRuns: 20_000 },
  )
})
