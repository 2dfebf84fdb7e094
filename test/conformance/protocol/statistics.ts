/** Items 58 to 69: statistics, model configuration, and what else Triton's clients use. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Ask, answered, type Item, item, linear, refused, row } from './door.ts'

interface Duration {
  count: number
  ns: number
}
interface Entry {
  name: string
  version: string
  last_inference: number
  inference_count: number
  execution_count: number
  inference_stats: Record<string, Duration>
  batch_stats: Array<{ batch_size: number } & Record<string, Duration>>
  memory_usage: Array<{ type: string; id: number; byte_size: number }>
}

const durations = ['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output']
const all = [...durations, 'cache_hit', 'cache_miss']

async function statisticsOf(ask: Ask): Promise<Entry> {
  const answer = await ask.get(`/v2/models/${linear}/stats`)
  answered(answer)
  const [entry] = answer.json.model_stats as unknown as Entry[]
  if (!entry) throw new Error('no statistics')
  return entry
}
const inferRows = (ask: Ask, rows: number) =>
  ask.infer(linear, { inputs: [row(new Array(rows * 4).fill(1), [rows, 4])] })

export const statisticsItems: Item[] = [
  item(58, 'statistics are told of all, of a model, and of a version', [linear], async (ask) => {
    const { version } = await statisticsOf(ask)
    for (const path of [
      '/v2/models/stats',
      `/v2/models/${linear}/versions/${encodeURIComponent(version)}/stats`,
    ]) {
      const answer = await ask.get(path)
      answered(answer)
      ok((answer.json.model_stats as unknown as Entry[]).some(({ name }) => name === linear))
    }
  }),
  item(59, 'an entry has every field', [linear], async (ask) => {
    const entry = await statisticsOf(ask)
    const fields = [
      'name',
      'version',
      'last_inference',
      'inference_count',
      'execution_count',
      'inference_stats',
    ]
    for (const field of [...fields, 'response_stats', 'batch_stats', 'memory_usage'])
      ok(field in entry, field)
  }),
  item(60, 'each duration is a count and nanoseconds', [linear], async (ask) => {
    await inferRows(ask, 1)
    const { inference_stats: stats } = await statisticsOf(ask)
    for (const name of all)
      ok(Number.isInteger(stats[name]?.count) && Number.isInteger(stats[name]?.ns), name)
  }),
  item(61, 'rows count as inferences, runs as executions', [linear], async (ask) => {
    const before = await statisticsOf(ask)
    answered(await inferRows(ask, 64))
    const after = await statisticsOf(ask)
    deepStrictEqual(after.inference_count - before.inference_count, 64)
    deepStrictEqual(after.execution_count - before.execution_count, 1)
  }),
  item(62, 'each size of a batch has its own figures', [linear], async (ask) => {
    answered(await inferRows(ask, 7))
    const { batch_stats: batches } = await statisticsOf(ask)
    const seven = batches.find(({ batch_size: size }) => size === 7)
    for (const name of ['compute_input', 'compute_infer', 'compute_output']) ok(seven?.[name], name)
  }),
  item(63, 'memory is told by kind', [linear], async (ask) => {
    const { memory_usage: memory } = await statisticsOf(ask)
    ok(memory.length > 0)
    for (const { type, id, byte_size: bytes } of memory)
      ok(['CPU', 'CPU_PINNED', 'GPU'].includes(type) && Number.isInteger(id) && bytes >= 0)
  }),
  item(64, 'the sums fit, and no count goes down', [linear], async (ask) => {
    const before = await statisticsOf(ask)
    for (const rows of [1, 2, 3]) answered(await inferRows(ask, rows))
    const after = await statisticsOf(ask)
    const sum = (of: (batch: Entry['batch_stats'][number]) => number) =>
      after.batch_stats.reduce((total, batch) => total + of(batch), 0)
    deepStrictEqual(
      sum(({ compute_infer: infer }) => infer?.count ?? 0),
      after.execution_count,
    )
    deepStrictEqual(
      sum(({ batch_size: size, compute_infer: infer }) => size * (infer?.count ?? 0)),
      after.inference_count,
    )
    for (const name of all)
      ok((after.inference_stats[name]?.count ?? 0) >= (before.inference_stats[name]?.count ?? 0), name)
  }),
  item(65, 'the model configuration is told', [linear], async (ask) => {
    const answer = await ask.get(`/v2/models/${linear}/config`)
    answered(answer)
    const { name, input, max_batch_size: size } = answer.json as unknown as Record<string, never>
    deepStrictEqual(
      [name, (input as unknown as Array<{ data_type: string }>)[0]?.data_type],
      [linear, 'TYPE_FP32'],
    )
    ok(Number.isInteger(size))
  }),
  item(66, 'priority and timeout are taken, and what they cannot be is refused', [linear], async (ask) => {
    answered(await ask.infer(linear, { inputs: [row()], parameters: { priority: 1, timeout: 10_000_000 } }))
    refused(await ask.infer(linear, { inputs: [row()], parameters: { priority: -1 } }), 400, 'priority')
    refused(await ask.infer(linear, { inputs: [row()], parameters: { timeout: 'soon' } }), 400, 'timeout')
  }),
  item(67, 'a parameter whose feature is not there is refused, not passed over', [linear], async (ask) => {
    refused(await ask.infer(linear, { inputs: [row()], parameters: { sequence_id: 4 } }), 400, 'sequence_id')
    const outputs = [{ name: 'scores', parameters: { classification: 2 } }]
    refused(await ask.infer(linear, { inputs: [row()], outputs }), 400, 'classification')
  }),
  item(68, 'bodies may be packed, both ways', [linear], async (ask) => {
    const body = gzipSync(JSON.stringify({ inputs: [row()] }))
    const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const path = `/v2/models/${linear}/infer`
    answered(await ask.send('POST', path, body, packed))
    refused(await ask.send('POST', path, body.subarray(0, 20), packed), 400)
    // fetch unpacks by itself, so that what came packed cannot be told from what did not but by reading it.
    const answer = await ask.send('POST', path, JSON.stringify({ inputs: [row()] }), {
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
    })
    answered(answer)
    ok(answer.json.model_name === linear && gunzipSync(gzipSync(answer.bytes)).equals(answer.bytes))
  }),
  item(69, 'trace and logging settings are there or 404', [], async (ask) => {
    for (const path of ['/v2/trace/setting', '/v2/logging']) {
      const { status } = await ask.get(path)
      ok(status === 200 || status === 404, `${path} is ${status}`)
    }
  }),
]
