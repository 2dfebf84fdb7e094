/** The report of the checks that let this version in: the failed ones first, in words one can act on. */
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react'
import type { ValidationCheck } from '../../../src-main/contract/validation.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { formatBytes, formatDuration, formatMetric, formatNumber } from '../../components/format.ts'
import { Card, Columns, Facts } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'
import style from './model.module.css'

const outcomes: Record<ValidationCheck['outcome'], { icon: typeof IconCircleX; word: string; rank: number }> =
  {
    failed: { icon: IconCircleX, word: 'Failed', rank: 0 },
    warned: { icon: IconAlertTriangle, word: 'Warning', rank: 1 },
    passed: { icon: IconCircleCheck, word: 'Passed', rank: 2 },
    skipped: { icon: IconCircleMinus, word: 'Skipped', rank: 3 },
  }

export function ValidationTab({ version }: { version: VersionDetail }) {
  const report = version.validation
  if (!report) {
    return (
      <Card>
        <EmptyState title="This version was not validated here">
          The report stands here once the checks ran: when a package is imported or built.
        </EmptyState>
      </Card>
    )
  }
  const checks = report.checks.toSorted((a, b) => outcomes[a.outcome].rank - outcomes[b.outcome].rank)
  const none = <None key="none">not measured</None>
  return (
    <Columns sides="main-aside">
      <Card
        title="Checks"
        chips={
          <Chip tone={report.verdict === 'passed' ? 'ok' : 'bad'}>
            {report.verdict === 'passed' ? 'Passed' : 'Failed'}
          </Chip>
        }
        note={`${formatNumber(checks.length)} checks`}
      >
        <ul className={style.checks}>
          {checks.map((check) => (
            <Check key={check.name} check={check} />
          ))}
        </ul>
      </Card>
      <Card title="Measured">
        <Facts
          items={[
            ['Latency p50', report.latencyMs ? formatDuration(report.latencyMs.p50) : none],
            ['Latency p95', report.latencyMs ? formatDuration(report.latencyMs.p95) : none],
            ['Timed runs', report.latencyMs ? formatNumber(report.latencyMs.runs) : none],
            ['Memory, loaded', report.memory ? formatBytes(report.memory.loadedBytes) : none],
            ['Memory, peak', report.memory ? formatBytes(report.memory.peakBytes) : none],
            ['Test cases', report.measured ? formatNumber(report.measured.cases) : none],
            ['Accuracy', report.measured?.accuracy == null ? none : formatMetric(report.measured.accuracy)],
            [
              'In batches',
              report.batchSafe === null
                ? 'could not be tried'
                : report.batchSafe
                  ? 'same results'
                  : 'other results',
            ],
            ['Runtime', `${report.runtime.name} ${report.runtime.version}`],
            ['Checked', <Time key="at" at={report.at} as="date" />],
          ]}
        />
      </Card>
    </Columns>
  )
}

function Check({ check }: { check: ValidationCheck }) {
  const { icon: Icon, word } = outcomes[check.outcome]
  return (
    <li data-outcome={check.outcome}>
      <Icon size={17} aria-hidden />
      <div>
        <b>{check.title}</b> <span className={style.outcome}>{word}</span>
        <p>{check.message}</p>
        {check.hint && <p className={style.muted}>{check.hint}</p>}
      </div>
      <span className={style.muted}>
        {check.outcome === 'skipped' ? '' : formatDuration(check.durationMs)}
      </span>
    </li>
  )
}
