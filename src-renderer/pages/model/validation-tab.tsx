/** The report of the checks that let this version in: the failed ones first, in words one can act on. */
import type { ValidationCheck } from '../../../src-main/contract/validation.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
} from '../../components/format.ts'
import { Card, Columns, Facts } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { ValidationChecks } from '../../components/validation-checks.tsx'
import { None, Time } from '../../components/values.tsx'

const rank: Record<ValidationCheck['outcome'], number> = { failed: 0, warned: 1, passed: 2, skipped: 3 }

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
  const checks = report.checks.toSorted((a, b) => rank[a.outcome] - rank[b.outcome])
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
        note={formatCount(checks.length, 'checks')}
      >
        <ValidationChecks checks={checks} />
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
