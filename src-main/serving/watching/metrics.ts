/**
 * What an operator's Prometheus reads: each version of each endpoint by our names and, for dashboards that were made
 * for Triton, by Triton's (triton-inference-server/server, docs/user_guide/metrics.md), and the process itself.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { DriftRow } from '../../contract/alerts.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { RemoteReport } from '../../contract/remote.ts'
import type { Deployments } from '../hosting/deployments.ts'
import type { EndpointRoute, Routes, RouteTarget } from '../routing/routes.ts'
import type { CallFigures } from './latencies.ts'
import { type Family, type HistogramFamily, type Labels, prometheusText } from './prometheus.ts'
import type { ModelStatistics } from './statistics.ts'

/** One version of an endpoint, as it stands. */
interface Served {
  labels: Labels
  report: DeploymentReport
  figures: CallFigures
  /** Null where it is not loaded. */
  statistics: ModelStatistics | null
}

export interface Metrics {
  text(): string
}

export interface MetricsSources {
  version: string
  routes: () => Routes
  deployments: Deployments
  drift: () => DriftRow[]
  remotes: () => RemoteReport[]
}

/** Nanoseconds. The delay of the thread that owns the sockets is what every caller waits for. */
const loopResolutionMs = 10

export function createMetrics({ version, routes, deployments, drift, remotes }: MetricsSources): Metrics {
  const loopDelay = monitorEventLoopDelay({ resolution: loopResolutionMs })
  loopDelay.enable()

  function served(): Served[] {
    const reports = new Map(
      deployments.reports().map((report) => [`${report.endpointId}|${report.versionId}`, report]),
    )
    return [...routes().endpoints.values()].flatMap((endpoint) =>
      endpoint.targets.flatMap((target) => {
        const report = reports.get(`${endpoint.id}|${target.versionId}`)
        const figures = deployments.figures(endpoint, target)
        if (!report || !figures) return []
        const statistics = deployments.ready(endpoint, target)?.ready.statistics ?? null
        return [{ labels: labelsOf(endpoint, target), report, figures, statistics }]
      }),
    )
  }

  return {
    text: () => {
      const all = served()
      const delay = loopDelay.percentile(99) / 1e9
      loopDelay.reset()
      return prometheusText([
        ...processFamilies(version, delay, deployments.bytesLoaded()),
        ...ownFamilies(all),
        ...tritonFamilies(all),
        ...driftFamilies(drift()),
        ...remoteFamilies(remotes()),
      ])
    },
  }
}

function remoteFamilies(reports: readonly RemoteReport[]): Family[] {
  const of = (
    name: string,
    type: Family['type'],
    help: string,
    value: (one: RemoteReport) => number,
  ): Family => ({
    name,
    type,
    help,
    samples: reports.map((one) => ({ labels: { engine: one.name }, value: value(one) })),
  })
  return [
    of('outpost_remote_ready', 'gauge', '1 where the last look found the remote engine ready.', (one) =>
      Number(one.health === 'ready'),
    ),
    of('outpost_remote_circuit_open', 'gauge', '1 where its circuit lets no request through.', (one) =>
      Number(one.circuit !== 'closed'),
    ),
    of(
      'outpost_remote_requests_total',
      'counter',
      'Runs that were meant for it.',
      (one) => one.requestsTotal,
    ),
    of(
      'outpost_remote_failures_total',
      'counter',
      'Those that it did not answer.',
      (one) => one.failuresTotal,
    ),
    of('outpost_remote_retries_total', 'counter', 'Runs that were sent again.', (one) => one.retriesTotal),
  ]
}

/** One sample a feature, beside the version's suite. */
function driftFamilies(rows: readonly DriftRow[]): Family[] {
  const all = rows.flatMap(({ endpoint, model, version, features }) =>
    features.map(({ side, tensor, name, psi, ks }) => ({
      labels: { endpoint, model, version, side, tensor, feature: name },
      psi,
      ks,
    })),
  )
  return [
    {
      name: 'outpost_drift_psi',
      type: 'gauge',
      help: 'Population stability index of a feature beside the suite.',
      samples: all.map(({ labels, psi }) => ({ labels, value: psi })),
    },
    {
      name: 'outpost_drift_ks',
      type: 'gauge',
      help: 'Kolmogorov-Smirnov distance of a feature beside the suite.',
      samples: all.flatMap(({ labels, ks }) => (ks === null ? [] : [{ labels, value: ks }])),
    },
  ]
}

const labelsOf = (endpoint: EndpointRoute, { name, role }: RouteTarget): Labels => ({
  endpoint: endpoint.name,
  model: endpoint.model,
  version: name,
  role,
})

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  type: 'gauge',
  help,
  samples: [{ labels: {}, value }],
})

function processFamilies(version: string, loopDelayP99: number, modelBytes: number): Family[] {
  const { user, system } = process.cpuUsage()
  return [
    { ...gauge('outpost_info', 'The version of the node.', 1), samples: [{ labels: { version }, value: 1 }] },
    {
      ...gauge('process_cpu_seconds_total', 'Processor time of serving.', (user + system) / 1e6),
      type: 'counter',
    },
    gauge('process_resident_memory_bytes', 'Memory of serving.', process.memoryUsage.rss()),
    gauge('outpost_model_bytes', 'Memory of the loaded models.', modelBytes),
    gauge('outpost_event_loop_delay_p99_seconds', 'Of the door, since it was last asked.', loopDelayP99),
  ]
}

type Value = (one: Served) => number

const family = (
  all: readonly Served[],
  name: string,
  type: Family['type'],
  help: string,
  value: Value,
): Family => ({ name, type, help, samples: all.map((one) => ({ labels: one.labels, value: value(one) })) })

function ownFamilies(all: readonly Served[]): (Family | HistogramFamily)[] {
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

/** Triton counts time in microseconds. */
const micros = (ns: number): number => Math.round(ns / 1000)

function tritonFamilies(all: readonly Served[]): Family[] {
  const loaded = all.filter((one): one is Served & { statistics: ModelStatistics } => one.statistics !== null)
  const triton = (name: string, help: string, value: (statistics: ModelStatistics) => number): Family => ({
    name: `nv_inference_${name}`,
    type: 'counter',
    help,
    samples: loaded.map(({ labels, statistics }) => ({
      labels: { model: labels.endpoint ?? '', version: labels.version ?? '' },
      value: value(statistics),
    })),
  })
  const runs = ({ batches }: ModelStatistics) => [...batches.entries()]
  const pending = triton('pending_request_count', 'Requests that wait for a run.', () => 0)
  return [
    triton('request_success', 'Requests that were answered.', ({ requests }) => requests.success.count),
    triton('request_failure', 'Requests that were not.', ({ requests }) => requests.fail.count),
    triton('count', 'Rows that were inferred.', (one) =>
      runs(one).reduce((sum, [rows, { count }]) => sum + rows * count, 0),
    ),
    triton('exec_count', 'Runs of the model.', (one) =>
      runs(one).reduce((sum, [, { count }]) => sum + count, 0),
    ),
    triton('request_duration_us', 'Of all answered requests.', ({ requests }) => micros(requests.success.ns)),
    triton('queue_duration_us', 'Waiting, of all.', ({ requests }) => micros(requests.queue.ns)),
    triton('compute_input_duration_us', 'Merging inputs, of all.', ({ requests }) =>
      micros(requests.input.ns),
    ),
    triton('compute_infer_duration_us', 'Running, of all.', ({ requests }) => micros(requests.infer.ns)),
    triton('compute_output_duration_us', 'Parting outputs, of all.', ({ requests }) =>
      micros(requests.output.ns),
    ),
    {
      ...pending,
      type: 'gauge',
      samples: loaded.map(({ labels, report }) => ({
        labels: { model: labels.endpoint ?? '', version: labels.version ?? '' },
        value: report.queueLength,
      })),
    },
  ]
}
