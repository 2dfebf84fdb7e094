/** The statistics extension's answer, field by field as Triton writes it. */
import type { BatchStatistics, Duration, ModelStatistics } from '../watching/statistics.ts'

const duration = ({ count, ns }: Duration) => ({ count, ns })

export interface StatisticsSource {
  name: string
  version: string
  statistics: ModelStatistics
  /** What it takes of the processor's memory, or of the device's. */
  memory: { device: 'CPU' | 'GPU'; bytes: number }
}

export function statisticsView({ name, version, statistics, memory }: StatisticsSource) {
  const { requests, batches } = statistics
  const runs = [...batches.entries()]
  return {
    name,
    version,
    last_inference: statistics.lastInference(),
    inference_count: runs.reduce((sum, [rows, { count }]) => sum + rows * count, 0),
    execution_count: runs.reduce((sum, [, { count }]) => sum + count, 0),
    inference_stats: {
      success: duration(requests.success),
      fail: duration(requests.fail),
      queue: duration(requests.queue),
      compute_input: duration(requests.input),
      compute_infer: duration(requests.infer),
      compute_output: duration(requests.output),
      cache_hit: duration(requests.hit),
      cache_miss: duration(requests.miss),
    },
    response_stats: {},
    batch_stats: runs.sort(([a], [b]) => a - b).map(([rows, batch]) => batchView(rows, batch)),
    memory_usage: [{ type: memory.device, id: 0, byte_size: memory.bytes }],
  }
}

const batchView = (rows: number, { count, inputNs, inferNs, outputNs }: BatchStatistics) => ({
  batch_size: rows,
  compute_input: { count, ns: inputNs },
  compute_infer: { count, ns: inferNs },
  compute_output: { count, ns: outputNs },
})
