/** The figures of the deployments in Prometheus' text format, version 0.0.4. */
import type { Deployments } from '../hosting/deployments.ts'
import type { Routes } from '../routing/routes.ts'

/** Label values: backslash, quote and line end are escaped (Prometheus, exposition formats). */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const families = [
  ['outpost_requests_total', 'counter', 'Calls that were resolved to this deployment.'],
  ['outpost_request_failures_total', 'counter', 'Those of them that were answered with an error.'],
  ['outpost_queue_length', 'gauge', 'Calls that wait for their turn now.'],
  ['outpost_ready', 'gauge', '1 where the deployment answers calls.'],
] as const

export function metricsText(routes: Routes, deployments: Deployments): string {
  const reports = new Map(
    deployments.reports().map((report) => [`${report.endpointId}|${report.versionId}`, report]),
  )
  const served = [...routes.endpoints.values()].flatMap((endpoint) =>
    endpoint.targets.map((target) => ({ endpoint, target })),
  )
  const rows = served.map(({ endpoint, target }) => {
    const report = reports.get(`${endpoint.id}|${target.versionId}`)
    const labels = `{endpoint="${escaped(endpoint.name)}",model="${escaped(endpoint.model)}",version="${escaped(target.name)}"}`
    return {
      labels,
      values: [
        report?.requestsTotal ?? 0,
        report?.failuresTotal ?? 0,
        report?.queueLength ?? 0,
        report?.state === 'ready' ? 1 : 0,
      ],
    }
  })
  const lines = families.flatMap(([name, type, help], at) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...rows.map(({ labels, values }) => `${name}${labels} ${values[at]}`),
  ])
  return `${lines.join('\n')}\n`
}
