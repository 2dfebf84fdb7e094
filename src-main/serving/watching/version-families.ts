/** The metrics of each version of an endpoint by our own names. */
import type { DeploymentReport } from '../../contract/processes.ts'
import type { CallFigures } from './latencies.ts'
import type { Family, HistogramFamily, Labels } from './prometheus.ts'
import type { ModelStatistics } from './statistics.ts'

/** One version of an endpoint, as it stands. */
export interface Served {
  labels: Labels
  report: DeploymentReport
  figures: CallFigures
  /** Null where it is not loaded. */
  statistics: ModelStatistics | null
}

type Value = (one: Served) => number

const family = (
  all: readonly Served[],
  name: string,
  type: Family['type'],
  help: string,
  value: Value,
): Family => ({ name, type, help, samples: all.map((one) => ({ labels: one.labels, value: value(one) })) })

export function versionFamilies(all: readonly Served[]): (Family | HistogramFamily)[] {
  const histogram = (name: string, help: string, of: keyof CallFigures['histograms']): HistogramFamily => ({
    name,
    type: 'histogram',
    help,
    samples: all.map(({ labels, figures }) => ({ labels, histogram: figures.histograms[of] })),
  })
  const devices: Family = {
    name: 'outpost_execution_provider',
    type: 'gauge',
    help: '1 for the device that a version runs on.',
    samples: all.flatMap(({ labels, report }) =>
      report.executionProviderUsed === null
        ? []
        : [{ labels: { ...labels, execution_provider: report.executionProviderUsed }, value: 1 }],
    ),
  }
  return [
    family(
      all,
      'outpost_requests_total',
      'counter',
      'Calls that were resolved to this version.',
      ({ figures }) => figures.requestsTotal(),
    ),
    family(all, 'outpost_request_failures_total', 'counter', 'Those answered with an error.', ({ figures }) =>
      figures.failuresTotal(),
    ),
    family(
      all,
      'outpost_request_refusals_total',
      'counter',
      'Those refused for what the caller sent, a license or a quota.',
      ({ figures }) => figures.refusalsTotal(),
    ),
    family(
      all,
      'outpost_feedback_total',
      'counter',
      'Answers that callers judged.',
      ({ report }) => report.feedback?.total ?? 0,
    ),
    family(
      all,
      'outpost_feedback_score_sum',
      'counter',
      'What they gave, from 0 to 1 each.',
      ({ report }) => report.feedback?.scoreSum ?? 0,
    ),
    family(
      all,
      'outpost_queue_length',
      'gauge',
      'Calls that wait for their turn now.',
      ({ report }) => report.queueLength,
    ),
    family(all, 'outpost_ready', 'gauge', '1 where the version answers calls.', ({ report }) =>
      Number(report.state === 'ready'),
    ),
    devices,
    histogram('outpost_request_duration_seconds', 'From the headers to the record of the call.', 'total'),
    histogram('outpost_queue_duration_seconds', 'Waiting for a turn.', 'queue'),
    histogram('outpost_compute_duration_seconds', 'Of the run that a call rode in.', 'compute'),
    histogram('outpost_batch_size', 'Rows of the run that a call rode in.', 'batch'),
  ]
}
