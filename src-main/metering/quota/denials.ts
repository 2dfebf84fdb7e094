/** Why a request is not counted and so not answered, in words. */
import { OutpostError } from '../../base/errors.ts'
import { type Account, counted } from './account.ts'
import { periodEnd } from './period.ts'
import type { QuotaDenial } from './types.ts'

export function exhausted(account: Account, ceiling: number): QuotaDenial {
  const details = { limit: ceiling, counted: counted(account), period: account.period }
  if (account.period === '') {
    const refusal = new OutpostError('CREDITS_INSUFFICIENT', 'The credits do not cover this request.', {
      hint: 'Import another tranche of credits.',
      details,
    })
    return { admitted: false, refusal }
  }
  const resetAt = new Date(periodEnd(account.period)).toISOString()
  const refusal = new OutpostError(
    'QUOTA_EXCEEDED',
    `The ${ceiling} requests of ${account.period} are used up.`,
    {
      hint: `The next month begins at ${resetAt}; a larger license can be imported at any time.`,
      details: { ...details, resetAt },
    },
  )
  return { admitted: false, refusal }
}

export function unavailable(cause: unknown): QuotaDenial {
  const refusal = new OutpostError(
    'METER_UNAVAILABLE',
    'The request cannot be counted, so it is not answered.',
    {
      hint: 'Look for a full disk or lost permissions on the data folder.',
      cause: cause ?? undefined,
    },
  )
  return { admitted: false, refusal }
}
