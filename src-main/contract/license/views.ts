/** What the API shows of licenses: rows, the preview of a document before anything changes, explanations. */
import { z } from 'zod'
import { limits } from '../limits.ts'
import { modelId, rowId, timestamp } from '../names.ts'
import { failure } from '../views.ts'
import { denialCode, licenseDecision, licenseOperation } from './decision.ts'
import { documentKind, licensePayload } from './documents.ts'
import { countryCode } from './terms.ts'

/**
 * `next`: installed ahead. `grace`: after the end. `emergency`: by a code alone. `unusable`: it cannot be verified any more.
 * `used-up`: nothing is left of this month, and what is more is refused. The order is that of the page: what needs a
 * person first.
 */
const licenseState = z.enum([
  'revoked',
  'unusable',
  'expired',
  'denied',
  'used-up',
  'emergency',
  'grace',
  'active',
  'next',
  'superseded',
  'deactivated',
])
export type LicenseState = z.infer<typeof licenseState>

const quotaUsage = z.object({
  /** As 2026-11. */
  month: z.string(),
  used: z.int(),
  /** With what tranches added; null: without a limit. */
  limit: z.int().nullable(),
  /** Charged after a power loss, and not billed. */
  forfeited: z.int(),
  /** First moment of the next month, UTC. */
  resetsAt: timestamp,
  /** When it is used up if it goes on as in this month so far; null: not in this month. */
  exhaustedAt: timestamp.nullable(),
  /** Null where nothing is prepaid. */
  creditsLeft: z.int().nullable(),
})
export type QuotaUsage = z.infer<typeof quotaUsage>

export const refusalSeen = z.object({
  at: timestamp,
  /** A call, or an operation on the version itself. */
  of: z.enum(['call', ...licenseOperation.options]),
  /** The license that refused; null where there is none. */
  lid: rowId.nullable(),
  code: z.string(),
  model: z.string(),
  version: z.string(),
  requestId: rowId.nullable(),
  message: z.string(),
})
export type RefusalSeen = z.infer<typeof refusalSeen>

/** Of an account of the quota ledger, as serving counts it. */
export const accountUsage = z.object({
  account: z.string(),
  period: z.string(),
  counted: z.int(),
  ceiling: z.int().nullable(),
  remaining: z.int().nullable(),
  forfeited: z.int(),
  givenBack: z.int(),
  shortfall: z.int(),
})

export const licenseRow = z.object({
  lid: rowId,
  seq: z.int(),
  state: licenseState,
  /** Why it does not serve, in words; null where it does. */
  problem: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).nullable(),
  /** Null where it cannot be verified. */
  license: licensePayload.nullable(),
  model: modelId,
  issuer: z.string(),
  /** Fingerprint of the key that signed it. */
  kid: z.string().nullable(),
  installedAt: timestamp,
  installedBy: z.string(),
  /** Days until the end; below zero after it; null: without end. */
  daysLeft: z.int().nullable(),
  graceUntil: timestamp.nullable(),
  /** Of a code that was entered; null where none holds any more. */
  emergencyUntil: timestamp.nullable(),
  /** Codes that were not used yet. */
  emergencyLeft: z.int(),
  /** What is read out to the issuer, who answers with a code; null where none is left. */
  emergencyChallenge: z.string().nullable(),
  /** This machine under the license. */
  binding: z.object({
    state: z.enum(['any', 'bound', 'rebind', 'mismatch']),
    matched: z.string().nullable(),
    until: timestamp.nullable(),
  }),
  /** Null where another document of the license counts, or none. */
  usage: quotaUsage.nullable(),
})
export type LicenseRow = z.infer<typeof licenseRow>

/** A term that the next document of a license changes, in words. */
const termsChange = z.object({ title: z.string(), before: z.string(), after: z.string() })
export type TermsChange = z.infer<typeof termsChange>

/** What importing it would do, before anything is changed. */
export const documentPreview = z.object({
  kind: documentKind,
  issuer: z.string(),
  issuedAt: timestamp,
  kid: z.string(),
  /** Null where it may be imported. */
  failure: failure.nullable(),
  /** The same document is here already. */
  known: z.boolean(),
  /** Sentences: what will change. */
  effects: z.array(z.string()),
  /** Where it takes the place of a document of the same license: what is another than there. Null: of none. */
  changes: z.array(termsChange).nullable(),
  /** What a person should know before: fields that contradict the type, a shorter time, a lower quota. */
  warnings: z.array(z.string()),
  license: licensePayload.nullable(),
  /** Everything the payload says, for whoever wants to read it. */
  payload: z.record(z.string(), z.unknown()),
})
export type DocumentPreview = z.infer<typeof documentPreview>

export const site = z.object({
  /** As licenses that are for one site name it; null where nothing was declared. */
  name: z.string().min(1).max(limits.lineCharsMax).nullable(),
  /** ISO 3166-1 alpha-2; null where nothing was declared. */
  country: countryCode.nullable(),
  /** The names by which this company is known to its licensors; none: a license for any account is taken. */
  accounts: z.array(z.string().min(1).max(limits.lineCharsMax)).max(limits.siteAccountsMax).default([]),
  /** Whether what runs here is business, where a key does not say otherwise. */
  commercial: z.boolean(),
})
export type SiteDeclaration = z.infer<typeof site>

/** What is left out stays. */
export const siteChange = z.object({
  name: site.shape.name.exactOptional(),
  country: site.shape.country.exactOptional(),
  accounts: site.shape.accounts.unwrap().exactOptional(),
  commercial: site.shape.commercial.exactOptional(),
})
export type SiteChange = z.infer<typeof siteChange>

export const nodeLicensing = z.object({
  /** Fingerprint of this machine's key. */
  nodeId: z.string(),
  site,
  attested: z.object({ country: countryCode, until: timestamp }).nullable(),
  trustedTime: timestamp,
  /** As the machine itself says. */
  clock: timestamp,
  anomalies: z.array(z.object({ kind: z.string(), since: timestamp, message: z.string(), hint: z.string() })),
  /** Why nothing is counted, and so nothing licensed is answered; null where counting goes on. */
  ledger: failure.nullable(),
})

/** A quota or a balance that refuses what the rights allow. */
const usedUp = z.object({
  code: z.enum(['QUOTA_EXCEEDED', 'CREDITS_INSUFFICIENT']),
  clause: z.string(),
  evidence: z.string(),
  remedy: z.string(),
})

export const explainQuery = z.object({
  model: modelId,
  version: z.string().min(1).max(128).default('latest'),
  operation: licenseOperation.default('serve'),
  commercial: z.boolean().optional(),
})

export const explanation = z.object({
  model: modelId,
  version: z.string(),
  operation: licenseOperation,
  commercial: z.boolean(),
  /** The version is signed with a key of this node. */
  own: z.boolean(),
  at: timestamp,
  decision: licenseDecision,
  /** Allowed, and refused all the same until then: nothing is left on any license that allows it. */
  usedUp: usedUp.extend({ lid: rowId }).nullable(),
  /** Of each license of the model: allowed, or the rung or the quota that denied it. */
  licenses: z.array(
    z.object({
      lid: rowId,
      seq: z.int(),
      type: z.string(),
      allowed: z.boolean(),
      code: denialCode.or(z.string()).nullable(),
      clause: z.string(),
      evidence: z.string(),
      remedy: z.string(),
      /** Of this month; null where it is not counted here and now. */
      usage: quotaUsage.nullable(),
    }),
  ),
  /** What ends next, and when. */
  next: z.array(z.object({ at: timestamp, what: z.string() })),
})
export type Explanation = z.infer<typeof explanation>

export const simulated = explanation.extend({
  /** Of the license that allows it; null where its requests have no limit. */
  quota: z
    .object({
      limit: z.int(),
      used: z.int(),
      /** With the requests that are asked about. */ after: z.int(),
      refused: z.int(),
    })
    .nullable(),
})

export const noticeRow = z.object({
  lid: rowId,
  seq: z.int(),
  kind: z.string(),
  /** Null where the license is not installed any more. */
  model: modelId.nullable(),
  at: timestamp,
  message: z.string(),
  severity: z.enum(['info', 'warning', 'danger']),
})
