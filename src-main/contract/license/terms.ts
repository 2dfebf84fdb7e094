/**
 * What a license grants: the fields that all four types share (R25 to R39), each type as a preset over them. Custom
 * terms are any of these fields with another value; the type is then a name, and the fields are what holds.
 */
import { z } from 'zod'
import { limits } from '../limits.ts'
import { defaultAttribution } from './attribution.ts'

const line = z.string().min(1).max(limits.lineCharsMax)
const text = z.string().max(limits.licenseTextCharsMax)

export const licenseType = z.enum(['COMMUNITY', 'DEVELOPER', 'PROFESSIONAL', 'ENTERPRISE'])
export type LicenseType = z.infer<typeof licenseType>

/** R29 to R34. */
const licenseRights = z.object({
  commercialUse: z.boolean(),
  /** Another preprocessing, other labels, another card: what changes a version without training it. */
  modification: z.boolean(),
  /** Handing the files on: export, copy out, an image for another machine. */
  redistribution: z.boolean(),
  /** A new model made of this one: quantized, fine-tuned, merged. */
  derivatives: z.boolean(),
  /** Serving on a machine of the licensee at all. */
  onPremise: z.boolean(),
})

/** ISO 3166-1 alpha-2 in upper case, or EU for its member states. */
export const countryCode = z
  .string()
  .regex(/^[A-Z]{2}$/, 'two upper-case letters (ISO 3166-1 alpha-2), or EU')

const geography = z.object({
  /** Null: anywhere. Empty: nowhere. */
  allow: z.array(countryCode).max(300).nullable(),
  /** `attested`: the site's own word is not enough, the issuer must have signed where it is. */
  basis: z.enum(['declared', 'attested']),
})

const quotaTerms = z.object({
  /** `request`: one call, whatever it carries. `item`: each item of a batch. */
  unit: z.enum(['request', 'item']),
  /** A month of UTC (R35); null: as many as wanted, counted all the same. */
  max: z.int().min(0).max(1_000_000_000_000).nullable(),
  /** `overage`: beyond the quota it goes on, and is billed apart, up to `overageMax` more (null: without end). */
  onExceed: z.enum(['deny', 'overage']),
  overageMax: z.int().min(0).max(1_000_000_000_000).nullable(),
})

/** In whole credits, so that no sum is rounded twice. */
const credits = z.int().min(0).max(1_000_000_000)

export const priceTerms = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('free') }),
  z.object({ kind: z.literal('subscription'), creditsPerMonth: credits }),
  z.object({ kind: z.literal('per-request'), creditsPerRequest: credits, prepaid: z.boolean() }),
  z.object({
    kind: z.literal('per-token'),
    /** For each thousand begun. */
    creditsPerThousand: credits,
    prepaid: z.boolean(),
  }),
])
export type PriceTerms = z.infer<typeof priceTerms>

const serviceLevel = z.object({
  /** Per cent of a month, as 99.9; null: nothing is promised. */
  availabilityPercent: z.number().min(0).max(100).nullable(),
  /** Response times, how to reach someone. */
  support: text,
})

export const licenseTerms = z.object({
  type: licenseType,
  rights: licenseRights,
  /** Shown with every answer and on the card; null: not asked for (R30). */
  attribution: line.nullable(),
  geography,
  quota: quotaTerms,
  price: priceTerms,
  serviceLevel,
  /** Machines that it may be bound to; null: as many as wanted (R34). */
  nodesMax: z.int().min(1).max(1_000_000).nullable(),
  /** After the end: how long what was running runs on, in days. */
  graceDays: z.int().min(0).max(366),
  /** Anything else that was agreed, in the issuer's words. The node shows it and enforces none of it. */
  custom: text,
})
export type LicenseTerms = z.infer<typeof licenseTerms>

const anywhere = { allow: null, basis: 'declared' } as const
const quotaOf = (max: number | null) =>
  ({ unit: 'request', max, onExceed: 'deny', overageMax: null }) as const

/** What is put in where a provider states nothing else; `days` of validity, null without end. */
export interface Preset extends LicenseTerms {
  days: number | null
  /** Why one would choose it, for the form and the docs. */
  purpose: string
}

/**
 * COMMUNITY and ENTERPRISE are given (R37, R38). DEVELOPER and PROFESSIONAL are ours (R39): the first is for building
 * and for small products, on one machine, counted; the second for a product in production, not counted, with a promise.
 */
export const licensePresets: Readonly<Record<LicenseType, Preset>> = {
  COMMUNITY: {
    type: 'COMMUNITY',
    purpose: 'Free, for study and private use on the marketplace’s own machines.',
    rights: {
      commercialUse: false,
      modification: true,
      redistribution: false,
      derivatives: false,
      onPremise: false,
    },
    attribution: defaultAttribution,
    geography: anywhere,
    quota: quotaOf(10_000),
    price: { kind: 'free' },
    serviceLevel: { availabilityPercent: null, support: 'None.' },
    nodesMax: null,
    graceDays: 0,
    days: null,
    custom: '',
  },
  DEVELOPER: {
    type: 'DEVELOPER',
    purpose: 'Commercial use on one machine, up to a number of requests a month.',
    rights: {
      commercialUse: true,
      modification: true,
      redistribution: false,
      derivatives: false,
      onPremise: true,
    },
    attribution: defaultAttribution,
    geography: anywhere,
    quota: quotaOf(100_000),
    price: { kind: 'subscription', creditsPerMonth: 50 },
    serviceLevel: { availabilityPercent: null, support: 'By mail, without a promised time.' },
    nodesMax: 1,
    graceDays: 14,
    days: 365,
    custom: '',
  },
  PROFESSIONAL: {
    type: 'PROFESSIONAL',
    purpose: 'Commercial use in production on a few machines, without a limit of requests.',
    rights: {
      commercialUse: true,
      modification: true,
      redistribution: false,
      derivatives: false,
      onPremise: true,
    },
    attribution: null,
    geography: anywhere,
    quota: quotaOf(null),
    price: { kind: 'subscription', creditsPerMonth: 500 },
    serviceLevel: { availabilityPercent: 99.9, support: 'By mail, within one working day.' },
    nodesMax: 3,
    graceDays: 30,
    days: 365,
    custom: '',
  },
  ENTERPRISE: {
    type: 'ENTERPRISE',
    purpose:
      'On the licensee’s machines, with derivatives, without a limit of requests, on terms of its own.',
    rights: {
      commercialUse: true,
      modification: true,
      redistribution: false,
      derivatives: true,
      onPremise: true,
    },
    attribution: null,
    geography: anywhere,
    quota: quotaOf(null),
    price: { kind: 'subscription', creditsPerMonth: 5000 },
    serviceLevel: { availabilityPercent: 99.9, support: 'As agreed.' },
    nodesMax: null,
    graceDays: 60,
    days: 365,
    custom: '',
  },
}
