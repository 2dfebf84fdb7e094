/**
 * Where the time of one call went, as a bar of four parts with the milliseconds under it. What the parts leave of
 * the total is the way through the node and is named as such.
 */
import type { Prediction } from '../../../src-main/contract/api/serving.ts'
import { formatDuration } from '../../components/format.ts'
import css from './timing.module.css'

const parts = [
  { key: 'queueMs', label: 'Queue', series: 'd' },
  { key: 'prepareMs', label: 'Prepare', series: 'c' },
  { key: 'computeMs', label: 'Compute', series: 'a' },
  { key: 'finishMs', label: 'Finish', series: 'b' },
] as const

export function Timing({ timing }: { timing: Prediction['timing'] }) {
  const known = parts.reduce((sum, part) => sum + timing[part.key], 0)
  const rest = Math.max(0, timing.totalMs - known)
  const whole = Math.max(known + rest, Number.MIN_VALUE)
  return (
    <figure className={css.timing}>
      <div className={css.bar} aria-hidden>
        {parts.map((part) => (
          <span
            key={part.key}
            data-series={part.series}
            style={{ inlineSize: `${(timing[part.key] / whole) * 100}%` }}
          />
        ))}
        <span data-series="rest" style={{ inlineSize: `${(rest / whole) * 100}%` }} />
      </div>
      <dl className={css.legend}>
        {parts.map((part) => (
          <div key={part.key}>
            <dt data-series={part.series}>{part.label}</dt>
            <dd>{formatDuration(timing[part.key])}</dd>
          </div>
        ))}
        <div>
          <dt data-series="rest">Transport</dt>
          <dd>{formatDuration(rest)}</dd>
        </div>
        <div data-total>
          <dt>Total</dt>
          <dd>{formatDuration(timing.totalMs)}</dd>
        </div>
      </dl>
    </figure>
  )
}
