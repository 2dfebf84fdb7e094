/**
 * The signed documents, as their payloads. Each travels as a compact JWS (RFC 7515) whose header is exactly
 * {typ, alg, kid}: `typ` is part of what is signed, so no document can be taken for another. Times are NumericDate
 * (RFC 7519): whole seconds since 1970-01-01T00:00:00Z. A member that a reader does not know is left alone, unless
 * `crit` names it.
 */
import { z } from 'zod'
import { limits } from '../limits.ts'
import { digest, modelId, publisherName, rowId } from '../names.ts'
import { countryCode, licenseTerms } from './terms.ts'

const line = z.string().min(1).max(limits.lineCharsMax)
/** Up to the year 9999: what a Date and ISO 8601 with four digits can say. */
const numericDate = z.int().min(0).max(253_402_300_799)
const fingerprint = digest
const hash = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')

export const documentTypes = {
  license: 'outpost-license+jws',
  revocations: 'outpost-revocations+jws',
  keyset: 'outpost-keyset+jws',
  tranche: 'outpost-tranche+jws',
  time: 'outpost-time+jws',
  receipt: 'outpost-receipt+jws',
  'usage-report': 'outpost-usage-report+jws',
  'node-request': 'outpost-node-request+jws',
  deactivation: 'outpost-deactivation+jws',
  recovery: 'outpost-recovery+jws',
} as const
export type DocumentKind = keyof typeof documentTypes
export const documentKind = z.enum(Object.keys(documentTypes) as [DocumentKind, ...DocumentKind[]])

/** `ver` is the form of the payload; another one is refused, since its fields may mean something else. */
const head = {
  ver: z.literal(1),
  /** Members that a reader must know to rely on the document. */
  crit: z.array(z.string().min(1).max(64)).max(32).default([]),
  /** Publisher in whose name it is signed. */
  iss: publisherName,
  iat: numericDate,
}

/** One machine: its key's fingerprint, what it is called, and keyed hashes of its traits (license/node-traits). */
const nodeBinding = z.object({
  id: fingerprint,
  name: line,
  traits: z.array(hash).max(32),
})
export type NodeBinding = z.infer<typeof nodeBinding>

/** The range is limited so that reading one cannot take long (semver's own limit is 256 too). */
export const versionRange = z.string().min(1).max(256)

export const licensePayload = z.object({
  ...head,
  /** The license; another document about the same one has a higher `seq` and replaces it. */
  lid: rowId,
  seq: z.int().min(1).max(1_000_000_000),
  /** Other licenses that end where this one is installed. */
  supersedes: z.array(rowId).max(100).default([]),
  /** The licensee's account with the issuer. */
  sub: line,
  /** The site it is for, as the licensee calls it; null: any of the account's. */
  aud: line.nullable(),
  /** Half open: valid from `nbf` on and until before `exp`; null: without end. */
  nbf: numericDate,
  exp: numericDate.nullable(),
  trial: z.boolean().default(false),
  /** The versions: of this model, in this range; where digests are listed, only those manifests. */
  model: z.object({ id: modelId, range: versionRange }),
  artifacts: z.array(fingerprint).max(256).default([]),
  terms: licenseTerms,
  /** Null: any machine. Otherwise one of these, of whose traits `need` must be found again. */
  nodes: z
    .object({ need: z.int().min(1).max(32).default(2), bindings: z.array(nodeBinding).min(1).max(256) })
    .nullable(),
  /** Longest time without a receipt of the issuer; null: an air gap is fine. */
  offlineSecondsMax: z.int().min(3600).max(315_576_000).nullable().default(null),
  /** A list of revocations must not be older than this; null: none is asked for. */
  revocationsAgeSecondsMax: z.int().min(3600).max(315_576_000).nullable().default(null),
  /** Hashes of one-time codes that can be read out over the telephone (license/emergency). */
  emergency: z.array(hash).max(16).default([]),
  /** Content key of the sealed weights, wrapped to the key of each machine (license/sealed-weights). */
  enc: z
    .object({
      keyId: line,
      wrapped: z.array(z.object({ node: fingerprint, key: z.string().max(1024) })).max(256),
    })
    .nullable()
    .default(null),
  /** Where to renew: a mail address or a page. */
  contact: z.string().max(limits.lineCharsMax).default(''),
})
export type LicensePayload = z.infer<typeof licensePayload>

/** All that the issuer takes back, each list whole: a higher `number` replaces the one before. */
const revocationsPayload = z.object({
  ...head,
  number: z.int().min(1).max(1_000_000_000),
  nextUpdate: numericDate.nullable(),
  revoked: z
    .array(z.object({ lid: rowId, at: numericDate, reason: z.string().max(limits.lineCharsMax).default('') }))
    .max(50_000),
})
export type RevocationsPayload = z.infer<typeof revocationsPayload>

export const issuerPurpose = z.enum(['license', 'revocations', 'tranche', 'time', 'receipt'])
export type IssuerPurpose = z.infer<typeof issuerPurpose>

/** Keys that a publisher lets sign in its name, by its own key: a higher `n` replaces the one before. */
const keysetPayload = z.object({
  ...head,
  n: z.int().min(1).max(1_000_000_000),
  nextUpdate: numericDate.nullable(),
  keys: z
    .array(
      z.object({
        kid: fingerprint,
        /** base64 of the SPKI form. */
        key: z.string().max(256),
        name: line,
        purposes: z.array(issuerPurpose).min(1),
        nbf: numericDate,
        exp: numericDate.nullable(),
        /** From then on nothing that it signs holds; what it signed before does. */
        revokedAt: numericDate.nullable().default(null),
      }),
    )
    .max(256),
})
export type KeysetPayload = z.infer<typeof keysetPayload>

/** Credits for one machine, paid for beforehand: numbered for each license and machine, so none counts twice. */
const tranchePayload = z.object({
  ...head,
  lid: rowId,
  number: z.int().min(1).max(1_000_000),
  node: fingerprint.nullable(),
  /** Added to the balance, or to the quota of one month. */
  grants: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('credits'), amount: z.int().min(1).max(1_000_000_000_000) }),
    z.object({
      kind: z.literal('quota'),
      month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
      amount: z.int().min(1).max(1_000_000_000_000),
    }),
  ]),
})
export type TranchePayload = z.infer<typeof tranchePayload>

/** The issuer's clock, for a machine that lost its own. */
const timePayload = z.object({ ...head, node: fingerprint.nullable() })

/** Where a site is, for licenses whose geography asks for more than its own word. */
const attestation = z.object({ country: countryCode, until: numericDate })

/** The issuer has the usage report with this head. */
const receiptPayload = z.object({
  ...head,
  node: fingerprint,
  /** Of the report. */
  number: z.int().min(1),
  head: hash,
  site: attestation.nullable().default(null),
})

/** Lets counting go on after its files were lost or changed: of that one state, on that machine. */
export const recoveryId = z.string().regex(/^[0-9a-f]{20}$/, '20 lower-case hexadecimal digits')
const recoveryPayload = z.object({ ...head, node: fingerprint, recoveryId })

/** Counts and hashes, and nothing of what was asked or answered. */
const usageReportPayload = z.object({
  ver: z.literal(1),
  crit: z.array(z.string()).max(32).default([]),
  iss: line,
  iat: numericDate,
  node: nodeBinding,
  publicKey: z.string().max(256),
  number: z.int().min(1),
  /** Of the chain of usage records, and how many stand in it. */
  head: hash,
  records: z.int().min(0),
  accounts: z
    .array(
      z.object({
        lid: rowId,
        month: z.string(),
        used: z.int().min(0),
        /** On the quota, which is kept apart from the log; null where nothing of it is known any more. */
        counted: z.int().min(0).nullable().optional(),
        /** Charged after a power loss and not to be billed. */
        forfeited: z.int().min(0),
        items: z.int().min(0),
        credits: z.int().min(0),
      }),
    )
    .max(100_000),
  previous: hash.nullable(),
})

/** What the customer sends for a license that is bound to the machine: signed by the machine's own key. */
export const nodeRequestPayload = z.object({
  ver: z.literal(1),
  crit: z.array(z.string()).max(32).default([]),
  iss: line,
  iat: numericDate,
  node: nodeBinding,
  /** base64 of SPKI: Ed25519 that signed this, and X25519 to which content keys are wrapped. */
  publicKey: z.string().max(256),
  sealingKey: z.string().max(256),
  country: countryCode.nullable(),
  wants: z.object({
    model: modelId,
    range: versionRange,
    type: z.string().max(64),
    account: z.string().max(limits.lineCharsMax),
    note: z.string().max(limits.textCharsMax),
    /** The license that is to be renewed or moved here. */
    lid: rowId.nullable(),
  }),
})

/** The proof that a machine has given a license up; it never takes this `seq` of it again. */
const deactivationPayload = z.object({
  ver: z.literal(1),
  crit: z.array(z.string()).max(32).default([]),
  iss: line,
  iat: numericDate,
  node: nodeBinding,
  publicKey: z.string().max(256),
  lid: rowId,
  seq: z.int().min(1),
})

export const documentPayloads = {
  license: licensePayload,
  revocations: revocationsPayload,
  keyset: keysetPayload,
  tranche: tranchePayload,
  time: timePayload,
  receipt: receiptPayload,
  'usage-report': usageReportPayload,
  'node-request': nodeRequestPayload,
  deactivation: deactivationPayload,
  recovery: recoveryPayload,
} as const satisfies Record<DocumentKind, z.ZodType>
export type Payload<Kind extends DocumentKind> = z.output<(typeof documentPayloads)[Kind]>
