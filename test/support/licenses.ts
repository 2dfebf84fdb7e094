/** Licenses and what goes with them, as an issuer of a test signs them. */
import type { KeyObject } from 'node:crypto'
import { newId } from '../../src-main/base/ids.ts'
import { fingerprintOf, generateSigningKey, publicKeyText } from '../../src-main/base/signing-key.ts'
import { filledAttribution } from '../../src-main/contract/license/attribution.ts'
import type {
  DocumentKind,
  LicensePayload,
  Payload,
  RevocationsPayload,
} from '../../src-main/contract/license/documents.ts'
import { type LicenseTerms, type LicenseType, licensePresets } from '../../src-main/contract/license/terms.ts'
import { signDocument } from '../../src-main/license/envelope/sign-document.ts'

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

export function termsOf(type: LicenseType, change: Partial<LicenseTerms> = {}): LicenseTerms {
  const { purpose: _purpose, days: _days, ...terms } = licensePresets[type]
  const attribution = filledAttribution(terms.attribution, { publisher: 'acme', title: 'Cells' })
  return { ...terms, attribution, ...change }
}

/** A quota of so many requests a month, and none above. */
export const requestsAMonth = (max: number | null) =>
  ({ unit: 'request', max, onExceed: 'deny', overageMax: null }) as const

/** Valid for a day from an hour ago on, for all versions of acme.cells, on any machine. */
export function licensePayload(change: Partial<LicensePayload> = {}): LicensePayload {
  const now = nowSeconds()
  return {
    ver: 1,
    crit: [],
    iss: 'acme',
    iat: now - 3600,
    lid: newId(),
    seq: 1,
    supersedes: [],
    sub: 'Example Bank',
    aud: null,
    nbf: now - 3600,
    exp: now + 86_400,
    trial: false,
    model: { id: 'acme.cells', range: '*' },
    artifacts: [],
    terms: termsOf('DEVELOPER'),
    nodes: null,
    offlineSecondsMax: null,
    revocationsAgeSecondsMax: null,
    emergency: [],
    enc: null,
    contact: 'licenses@acme.example',
    ...change,
  }
}

type Head = 'ver' | 'crit' | 'iss' | 'iat'
type Said<Kind extends DocumentKind> = Omit<Payload<Kind>, Head> & Partial<Pick<Payload<Kind>, Head>>

export interface TestIssuer {
  name: string
  key: KeyObject
  kid: string
  /** PEM, as it is sent to who is to trust it. */
  pem: string
  license(change?: Partial<LicensePayload>): { payload: LicensePayload; text: string }
  /** Any document, signed a minute ago where it does not say otherwise. */
  sign<Kind extends DocumentKind>(kind: Kind, said: Said<Kind>): string
  revocations(number: number, lids: readonly string[], change?: Partial<RevocationsPayload>): string
}

export function testIssuer(name = 'acme', key: KeyObject = generateSigningKey()): TestIssuer {
  const sign: TestIssuer['sign'] = (kind, said) =>
    signDocument(kind, { ver: 1, crit: [], iss: name, iat: nowSeconds() - 60, ...said } as never, key)
  return {
    name,
    key,
    kid: fingerprintOf(key),
    pem: `-----BEGIN PUBLIC KEY-----\n${publicKeyText(key)}\n-----END PUBLIC KEY-----\n`,
    license: (change = {}) => {
      const payload = licensePayload({ iss: name, model: { id: `${name}.cells`, range: '*' }, ...change })
      return { payload, text: signDocument('license', payload, key) }
    },
    sign,
    revocations: (number, lids, change = {}) =>
      sign('revocations', {
        number,
        nextUpdate: null,
        revoked: lids.map((lid) => ({ lid, at: nowSeconds() - 60, reason: 'not paid' })),
        ...change,
      }),
  }
}
