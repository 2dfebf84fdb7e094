/** Attacks on what a license says, cases 13 to 17, 21, 22, 24 to 28 and 31: the ladder, rung by rung, on facts. */
import { describe, expect, test } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { sampleAccount } from '../../src-main/contract/license/audience.ts'
import { typeConflicts } from '../../src-main/contract/license/conflicts.ts'
import type { LicensePayload } from '../../src-main/contract/license/documents.ts'
import { openDocument } from '../../src-main/license/envelope/open-document.ts'
import { signDocument } from '../../src-main/license/envelope/sign-document.ts'
import { createIssuers } from '../../src-main/license/issuers/issuers.ts'
import { decide, firstRefusal, permitting } from '../../src-main/license/ladder/decide.ts'
import type { LicenseStanding, Question } from '../../src-main/license/ladder/rungs.ts'
import { matchNode } from '../../src-main/license/node-traits/match-traits.ts'
import { licensePayload, termsOf, testIssuer } from '../support/licenses.ts'

const now = 1_800_000_000
const day = 86_400
const digest = `sha256:${'a'.repeat(64)}`

const license = (change: Partial<LicensePayload> = {}): LicensePayload =>
  licensePayload({ iat: now - day, nbf: now - day, exp: now + day, ...change })

const standing = (
  change: Partial<LicensePayload> = {},
  facts: Partial<LicenseStanding> = {},
): LicenseStanding => ({
  license: license(change),
  supersededBy: null,
  deactivated: false,
  revoked: null,
  revocationsIssuedAt: null,
  heardAt: now - day,
  binding: { state: 'any' },
  emergencyUntil: null,
  attested: null,
  ...facts,
})

const asked = (change: Partial<Question> = {}): Question => ({
  operation: 'serve',
  commercial: true,
  version: { model: 'acme.cells', version: '1.2.0', digest, releasedAt: now - 10 * day },
  site: { name: null, accounts: [], country: null },
  now,
  ...change,
})

const codeOf = (one: LicenseStanding, question: Question = asked()): string | null =>
  firstRefusal(one, question)?.code ?? null

describe('13: the bounds of the time, half open', () => {
  const noGrace = { terms: termsOf('DEVELOPER', { graceDays: 0 }) }
  test.each([
    ['the second before it begins', { nbf: now + 1 }, 'LIC_NOT_YET_VALID'],
    ['the second it begins', { nbf: now }, null],
    ['the last second', { exp: now + 1 }, null],
    ['the second of its end', { exp: now }, 'LIC_EXPIRED'],
    ['a second after it', { exp: now - 1 }, 'LIC_EXPIRED'],
    ['without end', { exp: null }, null],
  ])('%s', (_name, time, code) => {
    expect(codeOf(standing({ ...noGrace, ...time }))).toBe(code)
  })
  test('the grace is for what was published before the end, and for serving', () => {
    const graced = standing({ exp: now - day, terms: termsOf('DEVELOPER', { graceDays: 14 }) })
    expect(codeOf(graced)).toBeNull()
    expect(decide([graced], asked())).toMatchObject({
      allowed: true,
      graceUntil: now + 13 * day,
      until: now + 13 * day,
    })
    expect(codeOf(graced, asked({ version: { ...asked().version, releasedAt: now - 3600 } }))).toBe(
      'LIC_EXPIRED',
    )
    expect(codeOf(graced, asked({ operation: 'modify' }))).toBe('LIC_EXPIRED')
    expect(codeOf(graced, asked({ now: now + 13 * day - 1 }))).toBeNull()
    expect(codeOf(graced, asked({ now: now + 13 * day }))).toBe('LIC_EXPIRED')
  })
})

test('13: an emergency code carries over an end, and a decision names the end of the code', () => {
  const ended = { exp: now - 40 * day, terms: termsOf('DEVELOPER', { graceDays: 14 }) }
  const coded = standing(ended, { emergencyUntil: now + 3 * day })
  expect(decide([coded], asked())).toMatchObject({
    allowed: true,
    byEmergency: true,
    graceUntil: now + 3 * day,
    until: now + 3 * day,
  })
  const during = standing({ ...ended, exp: now - day }, { emergencyUntil: now + 20 * day })
  expect(decide([during], asked())).toMatchObject({ byEmergency: false, graceUntil: now + 20 * day })
  expect(codeOf(standing(ended, { emergencyUntil: now }))).toBe('LIC_EXPIRED')
})

test('14: issued in the future, within what clocks differ and beyond', () => {
  expect(codeOf(standing({ iat: now + 300 }))).toBeNull()
  expect(codeOf(standing({ iat: now + 301 }))).toBe('LIC_IAT_FUTURE')
})

test('15: for another model', () => {
  for (const model of ['acme.cell', 'acme.cells2', 'other.cells', 'ACME.cells'])
    expect(codeOf(standing(), asked({ version: { ...asked().version, model } })), model).toBe(
      'LIC_MODEL_MISMATCH',
    )
})

describe('16: versions within a range, and outside of it', () => {
  const covers = (range: string, version: string) =>
    codeOf(
      standing({ model: { id: 'acme.cells', range } }),
      asked({ version: { ...asked().version, version } }),
    ) === null
  test.each([
    ['1.x', '1.9.9', true],
    ['1.x', '2.0.0', false],
    ['^1.2', '1.1.9', false],
    ['^1.2', '1.2.0', true],
    ['>=1.0.0 <2.0.0', '2.0.0', false],
    ['1.2.0', '1.2.0', true],
    ['1.2.0', '1.2.1', false],
    // Build metadata is the data version: no other version.
    ['1.2.0', '1.2.0+data.7', true],
    // A prerelease of the next major is not the major before it, and not in a range of releases.
    ['<2.0.0', '2.0.0-rc.1', false],
    ['1.x', '1.5.0-rc.1', false],
    ['>=1.5.0-rc.1 <2.0.0', '1.5.0-rc.2', true],
    ['*', '3.0.0-rc.1', true],
    ['latest', '1.0.0', false],
    ['no range at all', '1.0.0', false],
  ])('%s and %s: %s', (range, version, expected) => {
    expect(covers(range, version)).toBe(expected)
  })
})

test('17: other files than those that were licensed', () => {
  const other = `sha256:${'b'.repeat(64)}`
  expect(codeOf(standing({ artifacts: [other] }))).toBe('LIC_ARTIFACT_DIGEST')
  expect(codeOf(standing({ artifacts: [other, digest] }))).toBeNull()
})

test('21: two of the traits that were named are enough, one is not', () => {
  const hash = (of: string) => of.repeat(64)
  const binding = { id: digest, name: 'node-1', traits: [hash('1'), hash('2'), hash('3')] }
  const here = (machine: string, card: string, key: string) => [
    { kind: 'machine-id' as const, hashes: [hash(machine)] },
    { kind: 'network-card' as const, hashes: [hash('e'), hash(card)] },
    { kind: 'node-key' as const, hashes: [hash(key)] },
  ]
  const isBound = (traits: ReturnType<typeof here>, need = 2) =>
    matchNode({ need, bindings: [binding] }, traits).isBound
  expect(isBound(here('1', '2', '3'))).toBe(true)
  // A new network card; a container that was started again, whose machine has another id.
  expect(isBound(here('1', 'f', '3'))).toBe(true)
  expect(isBound(here('f', '2', '3'))).toBe(true)
  // A folder that was copied to another machine: the key alone came along.
  expect(isBound(here('f', 'f', '3'))).toBe(false)
  expect(isBound(here('1', 'f', '3'), 3)).toBe(false)
})

test('21: a changed network card or a container that was started again does not unbind', () => {
  const nodes = { need: 2, bindings: [{ id: digest, name: 'node-1', traits: [] }] }
  expect(codeOf(standing({ nodes }, { binding: { state: 'bound' } }))).toBeNull()
  const rebind = { state: 'rebind', until: now + 14 * day, matched: '1 of 2' } as const
  expect(codeOf(standing({ nodes }, { binding: rebind }))).toBeNull()
  expect(decide([standing({ nodes, exp: null }, { binding: rebind })], asked())).toMatchObject({
    until: now + 14 * day,
  })
  expect(codeOf(standing({ nodes }, { binding: rebind }), asked({ now: now + 14 * day }))).toBe(
    'LIC_NODE_MISMATCH',
  )
  expect(codeOf(standing({ nodes }, { binding: { state: 'mismatch', matched: '0 of 2' } }))).toBe(
    'LIC_NODE_MISMATCH',
  )
})

describe('19: for whom it is: the site and the account that it names', () => {
  const at = (change: Partial<LicensePayload>, site: Partial<Question['site']>) =>
    codeOf(standing(change), asked({ site: { ...asked().site, ...site } }))
  test.each([
    [{ aud: 'berlin' }, { name: 'berlin' }, null],
    [{ aud: 'berlin' }, { name: 'Berlin' }, 'LIC_AUDIENCE'],
    [{ aud: 'berlin' }, { name: null }, 'LIC_AUDIENCE'],
    [{ aud: null }, { name: 'munich' }, null],
    [{ sub: 'Example Bank' }, { accounts: [] }, null],
    [{ sub: 'Example Bank' }, { accounts: ['EB-4711', 'Example Bank'] }, null],
    [{ sub: 'Example Bank' }, { accounts: ['EB-4711'] }, 'LIC_AUDIENCE'],
    [{ sub: 'Example Bank ' }, { accounts: ['Example Bank'] }, 'LIC_AUDIENCE'],
    // The samples are licensed to whoever uses the node.
    [{ sub: sampleAccount }, { accounts: ['EB-4711'] }, null],
    [{ aud: 'berlin', sub: 'EB-4711' }, { name: 'munich', accounts: ['EB-4711'] }, 'LIC_AUDIENCE'],
  ])('%j on a site of %j: %s', (change, site, code) => {
    expect(at(change, site)).toBe(code)
  })
  test('no emergency code helps there', () => {
    const coded = standing({ aud: 'berlin' }, { emergencyUntil: now + day })
    expect(codeOf(coded)).toBe('LIC_AUDIENCE')
  })
  test('a long list of accounts is not told whole', () => {
    const accounts = Array.from({ length: 100 }, (_, at) => `Account ${at}`)
    const question = asked({ site: { ...asked().site, accounts } })
    expect(firstRefusal(standing(), question)?.evidence).toBe(
      'This site is declared as "Account 0", "Account 1", "Account 2" and 97 more.',
    )
  })
})

test('22: a list of revocations that is older than the license allows, and an issuer that was not heard of', () => {
  const fresh = { revocationsAgeSecondsMax: 30 * day, exp: null, iat: now - 31 * day, nbf: now - 31 * day }
  expect(codeOf(standing(fresh))).toBe('LIC_CRL_STALE')
  expect(codeOf(standing(fresh, { revocationsIssuedAt: now - 29 * day }))).toBeNull()
  expect(codeOf(standing({ ...fresh, iat: now - 29 * day }))).toBeNull()
  expect(codeOf(standing({ ...fresh, revocationsAgeSecondsMax: null }))).toBeNull()
  const offline = { offlineSecondsMax: 7 * day, exp: null }
  expect(codeOf(standing(offline, { heardAt: now - 7 * day }))).toBe('LIC_OFFLINE_TOO_LONG')
  expect(codeOf(standing(offline, { heardAt: now - 7 * day + 1 }))).toBeNull()
})

describe('24: a key that was revoked or rotated signs nothing from then on, and what it signed before holds', () => {
  const publisher = testIssuer()
  const delegate = generateSigningKey()
  const entry = {
    kid: testIssuer('x', delegate).kid,
    key: testIssuer('x', delegate).pem.split('\n')[1] ?? '',
    name: 'sales',
    purposes: ['license' as const],
    nbf: now - 100 * day,
    exp: now + 100 * day,
    revokedAt: now - 10 * day,
  }
  const roots = [{ name: 'acme', fingerprint: publisher.kid, key: publisher.key }]
  const issuers = createIssuers(roots, [{ iss: 'acme', keys: [entry] }])
  const codeAt = (
    iat: number,
    iss = 'acme',
    purpose: 'license' | 'revocations' = 'license',
  ): string | null => {
    try {
      const document = signDocument('license', license({ iat, iss }), delegate)
      const { kid, payload } = openDocument('license', Buffer.from(document), issuers.findKey)
      issuers.require({ kid, iss: payload.iss, iat: payload.iat }, purpose)
      return null
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  test('by the window of the key', () => {
    expect(codeAt(now - 11 * day)).toBeNull()
    expect(codeAt(now - 10 * day)).toBe('LIC_KEY_REVOKED')
    expect(codeAt(now - 101 * day)).toBe('LIC_KEY_EXPIRED')
  })
  test('for its purposes, and in the name that certified it', () => {
    expect(codeAt(now - 11 * day, 'acme', 'revocations')).toBe('LIC_ISSUER')
    expect(codeAt(now - 11 * day, 'other')).toBe('LIC_ISSUER')
  })
})

describe('25: of several licenses the same is always chosen', () => {
  const ids = ['1', '2', '3', '4', '5', '6'].map((last) => `01a1fdea-0000-7000-8000-00000000000${last}`)
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = ids
  const unlimited = termsOf('PROFESSIONAL')
  const all = [
    standing({ lid: a, exp: now - 1 }),
    standing({ lid: b, trial: true, terms: unlimited }),
    standing({ lid: c, exp: now + 2 * day }),
    standing({ lid: d, exp: now + 3 * day }),
    standing({ lid: e, terms: unlimited }),
    standing({ lid: f, exp: now + 3 * day }),
  ]
  const order = [e, d, f, c, b, a]
  test('in time before in grace, bought before tried, unlimited before counted, longer before shorter, then by id', () => {
    expect(permitting(all, asked()).map((one) => one.license.lid)).toEqual(order)
    expect(permitting(all.toReversed(), asked()).map((one) => one.license.lid)).toEqual(order)
  })
  test('where all refuse, the one that came furthest says why', () => {
    const denied = [
      standing({ lid: a }, { revoked: { at: now, reason: '' } }),
      standing({ lid: b, model: { id: 'acme.cells', range: '2.x' } }),
    ]
    expect(decide(denied, asked())).toMatchObject({
      allowed: false,
      lid: b,
      code: 'LIC_VERSION_NOT_LICENSED',
    })
  })
})

test('26: the type says one thing and the fields another: the fields hold, and a person is asked', () => {
  const terms = termsOf('COMMUNITY', { rights: { ...termsOf('ENTERPRISE').rights } })
  expect(typeConflicts(terms)).not.toEqual([])
  expect(codeOf(standing({ terms }))).toBeNull()
  for (const type of ['COMMUNITY', 'DEVELOPER', 'PROFESSIONAL', 'ENTERPRISE'] as const)
    expect(typeConflicts(termsOf(type))).toEqual([])
})

test('27: no right to serve on a machine of the licensee', () => {
  expect(codeOf(standing({ terms: termsOf('COMMUNITY') }))).toBe('LIC_ONPREM_DENIED')
})

test('28: commercial use under a license that is not for it', () => {
  const terms = termsOf('DEVELOPER', { rights: { ...termsOf('DEVELOPER').rights, commercialUse: false } })
  expect(codeOf(standing({ terms }))).toBe('LIC_COMMERCIAL_DENIED')
  expect(codeOf(standing({ terms }), asked({ commercial: false }))).toBeNull()
})

test('29: each right that is not given has its own code', () => {
  const terms = termsOf('DEVELOPER', { rights: { ...termsOf('DEVELOPER').rights, modification: false } })
  expect(codeOf(standing({ terms }), asked({ operation: 'export' }))).toBe('LIC_REDISTRIBUTION_DENIED')
  expect(codeOf(standing({ terms }), asked({ operation: 'derive' }))).toBe('LIC_DERIVATIVE_DENIED')
  expect(codeOf(standing({ terms }), asked({ operation: 'modify' }))).toBe('LIC_MODIFICATION_DENIED')
})

describe('31: places', () => {
  const at = (
    allow: string[] | null,
    country: string | null,
    basis: 'declared' | 'attested' = 'declared',
    attested: LicenseStanding['attested'] = null,
  ) =>
    codeOf(
      standing({ terms: termsOf('DEVELOPER', { geography: { allow, basis } }) }, { attested }),
      asked({ site: { ...asked().site, country } }),
    )
  test.each([
    [null, null, null],
    [[], 'DE', 'LIC_GEO_DENIED'],
    [['DE'], 'DE', null],
    [['DE'], 'FR', 'LIC_GEO_DENIED'],
    [['DE'], null, 'LIC_GEO_DENIED'],
    [['EU'], 'FR', null],
    [['EU'], 'GR', null],
    [['EU'], 'GB', 'LIC_GEO_DENIED'],
    [['EU'], 'CH', 'LIC_GEO_DENIED'],
  ] as const)('%j for a site in %s: %s', (allow, country, code) => {
    expect(at(allow === null ? null : [...allow], country)).toBe(code)
  })
  test('where an issuer must have said it, the site’s own word is not enough, and only while it holds', () => {
    expect(at(['DE'], 'DE', 'attested')).toBe('LIC_GEO_DENIED')
    expect(at(['DE'], 'FR', 'attested', { country: 'DE', until: now + 1 })).toBeNull()
    expect(at(['DE'], 'DE', 'attested', { country: 'DE', until: now })).toBe('LIC_GEO_DENIED')
  })
  test('three letters, lower case and names are no countries', () => {
    for (const allow of [['de'], ['DEU'], ['Germany'], ['D'], ['']]) {
      const terms = termsOf('DEVELOPER', { geography: { allow, basis: 'declared' } })
      const issuer = testIssuer()
      expect(() => signDocument('license', license({ terms }), issuer.key), allow[0]).toThrow()
    }
  })
})
