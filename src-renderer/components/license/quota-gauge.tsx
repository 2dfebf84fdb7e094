/** Used of what is allowed this month, when it begins anew, and when it is used up if it goes on like this. */
import { Progress } from '@mantine/core'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { formatCount, formatDate, formatNumber, formatUtc } from '../format.ts'
import css from './license.module.css'
import { isPermitting, shareUsed } from './license-words.ts'

export function QuotaGauge({ row }: { row: Pick<LicenseRow, 'usage' | 'license' | 'state'> }) {
  const { usage, license } = row
  if (usage === null) return null
  const unit = license?.terms.quota.unit === 'item' ? 'items' : 'requests'
  const share = shareUsed(row)
  const serves = isPermitting(row)
  const color = share === null || share < 0.8 ? 'accent' : share < 1 ? 'var(--warn)' : 'var(--bad)'
  return (
    <div className={css.gauge}>
      <div className={css.gaugeHead}>
        <span className={css.caption}>Used this month</span>
        <time dateTime={usage.resetsAt} title={formatUtc(usage.resetsAt)} className={css.muted}>
          resets {formatDate(usage.resetsAt)}
        </time>
      </div>
      {share !== null && (
        <Progress
          value={Math.min(100, share * 100)}
          color={color}
          aria-label={`Share of the ${unit} of the month`}
        />
      )}
      <div className={css.gaugeHead}>
        <span>
          <b className={css.figure}>{formatNumber(usage.used)}</b>{' '}
          {usage.limit === null
            ? `${usage.used === 1 ? unit.slice(0, -1) : unit}, without a limit`
            : `of ${formatCount(usage.limit, unit)}`}
        </span>
        <span
          className={css.muted}
          data-tone={share !== null && share >= 1 ? 'bad' : usage.exhaustedAt ? 'warn' : undefined}
        >
          {share === null ? '' : share >= 1 ? 'used up' : serves ? forecast(usage.exhaustedAt) : ''}
        </span>
      </div>
      {usage.forfeited > 0 && (
        <p className={css.muted}>
          {formatNumber(usage.forfeited)} of them were charged by a loss of power and are not billed.
        </p>
      )}
      {usage.creditsLeft !== null && (
        <p className={css.muted}>{formatNumber(usage.creditsLeft)} credits left.</p>
      )}
    </div>
  )
}

const forecast = (exhaustedAt: string | null): string =>
  exhaustedAt === null ? 'lasts the month at this rate' : `at this rate used up on ${formatDate(exhaustedAt)}`
