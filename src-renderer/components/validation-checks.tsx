/** A validation report: the ladder of checks with what each found, and what was measured on the way. */
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react'
import type { ValidationCheck, ValidationReport } from '../../src-main/contract/validation.ts'
import { Chip } from './chip.tsx'
import { formatBytes, formatDuration, formatShare, withShortDigests } from './format.ts'
import style from './validation-checks.module.css'

const outcomes = {
  passed: { icon: IconCircleCheck, word: 'Passed', tone: 'ok' },
  warned: { icon: IconAlertTriangle, word: 'Warning', tone: 'warn' },
  failed: { icon: IconCircleX, word: 'Failed', tone: 'bad' },
  skipped: { icon: IconCircleMinus, word: 'Skipped', tone: 'neutral' },
} as const

export function ValidationChecks({ checks }: { checks: readonly ValidationCheck[] }) {
  return (
    <ol className={style.checks}>
      {checks.map((check) => {
        const { icon: Icon, word, tone } = outcomes[check.outcome]
        return (
          <li key={check.name} className={style.check} data-tone={tone}>
            <Icon size={18} stroke={1.7} className={style.icon} aria-label={word} />
            <div>
              <span className={style.title}>{check.title}</span>{' '}
              <span className={style.message} title={check.message}>
                {withShortDigests(check.message)}
              </span>
              {check.hint !== undefined && <p className={style.hint}>{check.hint}</p>}
            </div>
            <span className={style.duration}>{formatDuration(check.durationMs)}</span>
          </li>
        )
      })}
    </ol>
  )
}

export function ValidationSummary({ report }: { report: ValidationReport }) {
  const { verdict, latencyMs, memory, measured, batchSafe, runtime } = report
  const facts = [
    latencyMs &&
      `p50 ${formatDuration(latencyMs.p50)}, p95 ${formatDuration(latencyMs.p95)} over ${latencyMs.runs} runs`,
    memory && `${formatBytes(memory.loadedBytes)} loaded, ${formatBytes(memory.peakBytes)} at most`,
    measured?.accuracy != null && `accuracy ${formatShare(measured.accuracy, 2)} on ${measured.cases} cases`,
    batchSafe !== null && (batchSafe ? 'may be batched' : 'must not be batched'),
    `${runtime.name} ${runtime.version}`,
  ]
  return (
    <p className={style.summary}>
      <Chip tone={verdict === 'passed' ? 'ok' : 'bad'}>{verdict === 'passed' ? 'Passed' : 'Not passed'}</Chip>
      <span>{facts.filter((fact) => typeof fact === 'string').join(' · ')}</span>
    </p>
  )
}
