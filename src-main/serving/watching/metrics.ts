/**
 * What an operator's Prometheus reads: each version of each endpoint by our names and, for dashboards that were made
 * for Triton, by Triton's (triton-inference-server/server, docs/user_guide/metrics.md), and the process itself.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { DriftRow } from '../../contract/alerts.ts'
import type { RemoteReport } from '../../contract/remote.ts'
import type { Deployments } from '../hosting/deployments.ts'
import type { EndpointRoute, Routes, RouteTarget } from '../routing/routes.ts'
import { type Family, type Labels, prometheusText } from './prometheus.ts'
import { tritonFamilies } from './triton-families.ts'
import { type Served, versionFamilies } from './version-families.ts'

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
        ...versionFamilies(all),
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
