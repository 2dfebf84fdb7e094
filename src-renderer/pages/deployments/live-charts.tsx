/** Rate, latency, errors, queue and batches of each version, one line a version, each second while the page is seen. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { Disclosure } from '../../components/disclosure.tsx'
import { formatClock, formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { None } from '../../components/values.tsx'
import { marksOf } from './change-marks.ts'
import { isMeasured, type Sample, useHistory, type VersionHistory } from './figures-history.ts'
import css from './live-charts.module.css'
import { changesQuery, deploymentsQuery } from './query.ts'
import { Swatch } from './swatch.tsx'

/**
 * uPlot formats numbers by the browser's language as soon as it is loaded, and throws where that is no tag of BCP 47:
 * a browser on a machine without a locale calls itself "en-US@posix".
 */
function nameLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
  }
}

const LivePlot = lazy(async () => {
  nameLanguage()
  return { default: (await import('./live-plot.tsx')).LivePlot }
})

type Figure = Exclude<keyof Sample, 'at'>
const charts: readonly { figure: Figure; title: string }[] = [
  { figure: 'rate', title: 'Requests per second' },
  { figure: 'p50', title: 'Latency p50, ms' },
  { figure: 'p95', title: 'Latency p95, ms' },
  { figure: 'p99', title: 'Latency p99, ms' },
  { figure: 'errors', title: 'Errors per second' },
  { figure: 'queue', title: 'Requests waiting' },
  { figure: 'batch', title: 'Rows of a run' },
]
const figureMs = 1_000
const tableRows = 30

export function LiveCharts({ row }: { row: DeploymentRow }) {
  // Asked each second, and not at all while nobody looks.
  const list = useQuery({
    ...deploymentsQuery(),
    refetchInterval: figureMs,
    refetchIntervalInBackground: false,
  })
  const history = useHistory(row, list.dataUpdatedAt)
  const changes = useQuery(changesQuery(row.endpoint))
  const marks = marksOf(changes.data ?? [], history)
  return (
    <Card title="Live" note="the last five minutes that this page was open, each second">
      <p className={css.legend}>
        {history.map(({ version }, at) => (
          <span key={version}>
            <Swatch series={at % 4} />
            {version}
          </span>
        ))}
        {marks.map(({ at, words }) => (
          <span key={`${at} ${words}`}>
            <i className={css.mark} aria-hidden />
            {formatClock(at * 1000)} {words}
          </span>
        ))}
      </p>
      <div className={css.frame}>
        <div className={css.charts}>
          {charts.map(({ figure, title }) => (
            <figure key={figure} className={css.chart}>
              <figcaption>{title}</figcaption>
              {isMeasured(history, figure) ? (
                <Suspense fallback={<div className={css.coming} />}>
                  <LivePlot label={title} history={history} figure={figure} marks={marks} />
                </Suspense>
              ) : (
                <p className={css.coming}>Nothing measured yet</p>
              )}
            </figure>
          ))}
        </div>
      </div>
      <Disclosure title="As a table">
        <PlainTable
          label={`Figures of ${row.endpoint}`}
          columns={[
            { title: 'Time' },
            { title: 'Version' },
            ...charts.map(({ title }) => ({ title, align: 'end' as const })),
          ]}
          rows={newest(history).map(({ version, sample }) => ({
            key: `${sample.at} ${version}`,
            cells: [
              formatClock(sample.at * 1000),
              version,
              ...charts.map(({ figure }) => cell(sample, figure)),
            ],
          }))}
        />
      </Disclosure>
    </Card>
  )
}

const newest = (history: readonly VersionHistory[]) =>
  history
    .flatMap(({ version, samples }) => samples.map((sample) => ({ version, sample })))
    .sort((one, other) => other.sample.at - one.sample.at)
    .slice(0, tableRows)

function cell(sample: Sample, figure: Figure) {
  const value = sample[figure]
  return value === null ? (
    <None key={figure}>not measured</None>
  ) : (
    formatNumber(value, figure === 'queue' ? 0 : 2)
  )
}
