/** What a license says to one operation on one version: a value, allowed or denied with one code. */
import { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import { rowId } from '../names.ts'

/** Rights as operations (R29 to R34). */
export const licenseOperation = z.enum(['serve', 'export', 'derive', 'modify'])
export type LicenseOperation = z.infer<typeof licenseOperation>

/** The codes of the ladder at use, from the most severe to the least: the first that holds is the answer. */
export const denialCodes = [
  'LIC_NONE',
  'LIC_SUPERSEDED',
  'LIC_REVOKED',
  'LIC_AUDIENCE',
  'LIC_NODE_MISMATCH',
  'LIC_IAT_FUTURE',
  'LIC_NOT_YET_VALID',
  'LIC_EXPIRED',
  'LIC_CRL_STALE',
  'LIC_OFFLINE_TOO_LONG',
  'LIC_MODEL_MISMATCH',
  'LIC_VERSION_NOT_LICENSED',
  'LIC_ARTIFACT_DIGEST',
  'LIC_ONPREM_DENIED',
  'LIC_COMMERCIAL_DENIED',
  'LIC_REDISTRIBUTION_DENIED',
  'LIC_DERIVATIVE_DENIED',
  'LIC_MODIFICATION_DENIED',
  'LIC_GEO_DENIED',
] as const satisfies readonly ErrorCode[]
export const denialCode = z.enum(denialCodes)
export type DenialCode = z.infer<typeof denialCode>

const denial = z.object({
  allowed: z.literal(false),
  code: denialCode,
  /** Null where there is none at all. */
  lid: rowId.nullable(),
  /** The clause of the license, in words. */
  clause: z.string(),
  /** What was found against it. */
  evidence: z.string(),
  /** What the licensee can do. */
  remedy: z.string(),
})
export type Denial = z.infer<typeof denial>

const permission = z.object({
  allowed: z.literal(true),
  /** Null: the version is the node's own, and nobody's terms stand over it. */
  lid: rowId.nullable(),
  /** Trusted time in seconds from which on it must be asked again; null: nothing about it ends. */
  until: z.int().nullable(),
  /** Runs after the license's end, by its grace or by a code, until then; null where it is within its time. */
  graceUntil: z.int().nullable(),
  /** An emergency code alone lets it run. */
  byEmergency: z.boolean(),
  /** To be shown with every answer. */
  attribution: z.string().nullable(),
})

export const licenseDecision = z.discriminatedUnion('allowed', [permission, denial])
export type LicenseDecision = z.infer<typeof licenseDecision>
