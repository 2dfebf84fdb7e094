/** What a provider states to issue a license, and what this node has issued. */
import { z } from 'zod'
import { limits } from '../limits.ts'
import { contentKeyId, digest, modelId, publisherName, rowId, timestamp } from '../names.ts'
import { issuerPurpose, licensePayload, nodeRequestPayload, versionRange } from './documents.ts'
import { licenseTerms } from './terms.ts'

const line = z.string().trim().min(1).max(limits.lineCharsMax)
/** A signed document, as text. */
const signed = z
  .string()
  .min(1)
  .max(limits.documentJwsBytesMax + 2)

export const licenseDraft = z.object({
  model: modelId,
  range: versionRange.default('*'),
  /** Digests of packages; none: any of the range. */
  artifacts: z.array(digest).max(256).default([]),
  /** The licensee. */
  account: line,
  /** Null: any of the licensee's. */
  site: line.nullable().default(null),
  terms: licenseTerms,
  startsAt: timestamp.nullable().default(null),
  /** Null: without end. */
  endsAt: timestamp.nullable(),
  trial: z.boolean().default(false),
  /** Requests of the machines that it is bound to; none: any machine. */
  requests: z.array(signed).max(256).default([]),
  /** Of a renewal without requests: the machines of the document before stay. */
  keepMachines: z.boolean().default(true),
  /** Traits that must be found again. */
  traitsNeeded: z.int().min(1).max(32).default(2),
  offlineDaysMax: z.int().min(1).max(3650).nullable().default(null),
  revocationsDaysMax: z.int().min(1).max(3650).nullable().default(null),
  emergencyCodes: z.int().min(0).max(16).default(5),
  contact: z.string().trim().max(limits.lineCharsMax).default(''),
  /** The license that this is the next document of. */
  renews: rowId.nullable().default(null),
  supersedes: z.array(rowId).max(100).default([]),
  /** The key of the sealed weights (outpost license seal), wrapped to each machine of `requests`. */
  sealKeyId: contentKeyId.optional(),
  /** In whose name; this node's own publisher where it is left out. Another one must have certified this node's key. */
  issuer: publisherName.optional(),
})
export type LicenseDraft = z.output<typeof licenseDraft>

export const sealedPackage = z.object({
  /** For `sealKeyId` of the licenses. */
  keyId: contentKeyId,
  digest,
  bytes: z.int(),
  fileName: z.string(),
})
export type SealedPackage = z.infer<typeof sealedPackage>

/** A version that this node has sealed; the content key itself stays with it. */
export const sealedVersion = z.object({ keyId: contentKeyId, model: modelId, version: z.string() })
export type SealedVersion = z.infer<typeof sealedVersion>

export const issuedLicense = z.object({
  lid: rowId,
  seq: z.int(),
  account: z.string(),
  model: modelId,
  type: z.string(),
  issuedAt: timestamp,
  endsAt: timestamp.nullable(),
  /** Days of the present term, which several documents may share; null: without end. */
  termDays: z.int().nullable(),
  revokedAt: timestamp.nullable(),
  revokedReason: z.string().nullable(),
  license: licensePayload,
})
export type IssuedLicense = z.infer<typeof issuedLicense>

export const openedRequest = z.object({ request: nodeRequestPayload, kid: z.string() })

export const keysetEntry = z.object({
  kid: digest,
  key: z.string().max(256),
  name: line,
  purposes: z.array(issuerPurpose).min(1),
  from: timestamp,
  until: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
})
export type KeysetEntry = z.infer<typeof keysetEntry>
