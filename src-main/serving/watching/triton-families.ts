/**
 * The same versions by the names of Triton's metrics, for dashboards that were made for it (triton-inference-server/server,
 * docs/user_guide/metrics.md).
 */
import type { Family } from './prometheus.ts'
import type { ModelStatistics } from './statistics.ts'
import type { Served } from './version-families.ts'

/** Triton counts time in microseconds. */
const micros = (ns: number): number => Math.round(ns / 1000)

export function tritonFamilies(all: readonly Served[]): Family[] {
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
    triton(
      'request_failure',
      'Requests that the model or its queue failed; what a caller gets wrong is none.',
      ({ requests }) => requests.fail.count,
    ),
    triton('count', 'Rows that callers had inferred.', (one) =>
      runs(one).reduce((sum, [rows, { count }]) => sum + rows * count, 0),
    ),
    triton('exec_count', 'Runs of the model that their requests rode in.', (one) =>
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
