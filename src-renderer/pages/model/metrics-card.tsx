/** Figures of a version: what its provider states, what was measured here, and by segment. */
import type { Metrics, PackageDescriptor } from '../../../src-main/contract/package.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { formatMetric, formatNumber, versionCore } from '../../components/format.ts'
import { metricWords } from '../../components/model-words.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { None } from '../../components/values.tsx'
import style from './model.module.css'

type Evaluation = PackageDescriptor['evaluation']

/** One flat list: the three of every task, then the task's own. */
function figures({ custom = {}, ...common }: Metrics): Map<string, number> {
  return new Map(
    Object.entries({ ...common, ...custom }).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    ),
  )
}

const words = (name: string) => {
  const text = metricWords(name)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function MetricsCard({ version }: { version: VersionDetail }) {
  const { descriptor, validation, benchmarkDeltas, predecessor } = version
  const stated = descriptor.evaluation ? figures(descriptor.evaluation.overall) : new Map<string, number>()
  const measured = validation?.measured?.accuracy
  if (stated.size === 0 && measured == null) return null
  const rows = [...stated].map(([name, value]) => {
    const delta = benchmarkDeltas[name]
    return {
      key: name,
      cells: [
        words(name),
        formatMetric(value),
        delta === undefined ? <None key="none">not compared</None> : signed(delta),
      ],
    }
  })
  return (
    <Card
      title="Metrics"
      {...(descriptor.evaluation?.dataset ? { note: descriptor.evaluation.dataset } : {})}
    >
      {rows.length > 0 && (
        <PlainTable
          label="Metrics stated by the provider"
          columns={[
            { title: 'Metric' },
            { title: 'Stated', align: 'end' },
            { title: predecessor ? `Against ${versionCore(predecessor)}` : 'Change', align: 'end' },
          ]}
          rows={rows}
        />
      )}
      {measured != null && validation?.measured && (
        <p className={style.muted}>
          Measured here: accuracy {formatMetric(measured)} on {formatNumber(validation.measured.cases)} test
          cases.
        </p>
      )}
    </Card>
  )
}

export const signed = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${formatMetric(Math.abs(value))}`

export function SegmentsCard({ evaluation }: { evaluation: Evaluation }) {
  if (!evaluation || (evaluation.segments.length === 0 && !evaluation.fairness)) return null
  const names = [...new Set(evaluation.segments.flatMap(({ metrics }) => [...figures(metrics).keys()]))]
  return (
    <Card title="By segment" note="the provider's figures">
      {evaluation.segments.length > 0 && (
        <PlainTable
          label="Metrics by segment"
          columns={[
            { title: 'Segment' },
            { title: 'Cases', align: 'end' },
            ...names.map((name) => ({ title: words(name), align: 'end' as const })),
          ]}
          rows={evaluation.segments.map(({ name, cases, metrics }) => {
            const values = figures(metrics)
            return {
              key: name,
              cells: [
                name,
                formatNumber(cases),
                ...names.map((metric) => {
                  const value = values.get(metric)
                  return value === undefined ? <None key={metric}>not measured</None> : formatMetric(value)
                }),
              ],
            }
          })}
        />
      )}
      {evaluation.fairness && <p>{evaluation.fairness}</p>}
    </Card>
  )
}
