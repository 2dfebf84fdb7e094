/** What the quota ledger takes and gives. */
import type { OutpostError } from '../../base/errors.ts'

export interface QuotaAccount {
  /** Of the license, or of the balance of credits. */
  id: string
  /** The month of trusted time (`periodAt`), or '' for what has no months: a balance of credits. */
  period: string
  /** Units; null is without end, and counted all the same. It may be another at any call. */
  limit: number | null
}

export interface QuotaPlan {
  /** Units that are admitted beyond the limit, to be billed apart: 0 none, null without end. */
  overage: number | null
}

/** An admission that has not ended: it is settled or given back, once. */
export interface QuotaToken {
  readonly admitted: true
  readonly account: string
  /** The month in which it was counted. */
  readonly period: string
  readonly units: number
}

/** QUOTA_EXCEEDED (months), CREDITS_INSUFFICIENT (no months), METER_UNAVAILABLE, LEDGER_TAMPERED, STATE_MISSING. */
export interface QuotaDenial {
  readonly admitted: false
  readonly refusal: OutpostError
}

export interface QuotaUsage {
  account: string
  period: string
  /** Units counted, with those that are running. */
  counted: number
  /** What was allowed when it was last asked for, with the overage; null where there is no end. */
  ceiling: number | null
  remaining: number | null
  /** Counted though nobody knows that they were used, after a loss of power: not billable. */
  forfeited: number
  givenBack: number
  /** Used beyond the estimate when nothing was left to charge. */
  shortfall: number
}

/** Something that was found wrong when the ledger was opened, and that it could go on from. */
export interface QuotaAnomaly {
  code: 'STATE_MISSING' | 'STATE_ROLLBACK' | 'LEDGER_TAMPERED'
  message: string
}

/** What has to be granted by the issuer before counting goes on. */
export interface QuotaRecovery {
  code: 'STATE_MISSING' | 'LEDGER_TAMPERED'
  /** Of this one state: a grant for another is none for it. */
  recoveryId: string
  message: string
}

/** Named moments at which a test kills the process. */
export type QuotaFailPoint =
  | 'before-slot'
  | 'after-slot'
  | 'before-commit'
  | 'after-commit'
  | 'after-anchors'
  | 'before-note'
  | 'after-note'
