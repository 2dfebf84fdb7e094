/**
 * One inference, rung by rung: which version, license, decode, quota, wait turn, run, usage record, answer. Whoever
 * was resolved to a version leaves a record, whether the answer is a result or a refusal.
 */
import type { IncomingMessage } from 'node:http'
import type { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { Prediction } from '../../contract/api/serving.ts'
import { limits } from '../../contract/limits.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { BatchedResult } from '../hosting/batcher.ts'
import type { HostedModel, ReadyModel } from '../hosting/hosted-model.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import { fitToModel } from '../protocol/infer-codec.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { CallFigures } from '../watching/latencies.ts'
import type { Caller } from './callers.ts'
import { type Answer, asOutpostError, json, jsonText, refusal } from './http-answer.ts'
import { readBody } from './http-body.ts'

/** What a request was resolved to. */
export interface Target {
  endpoint: string
  version: ServedVersion
  rule: string
  model: HostedModel
  ready: ReadyModel
  figures: CallFigures | null
}

export interface Call {
  id: string
  /** performance.now() when its headers had arrived. */
  started: number
  request: IncomingMessage
  caller: Caller
  target: Target
  /** Fires when the client goes away. */
  signal: AbortSignal
}

/** A value, since a denial is an answer and no fault: the license check fills it, one code a rung. */
type Admission = { allowed: true } | { allowed: false; refusal: OutpostError }

export interface InferRooms {
  processing: ProcessingPort
  admit: (caller: Caller, version: ServedVersion) => Admission
  takeQuota: (caller: Caller, version: ServedVersion, items: number) => Admission
  record: (row: RequestRow) => Promise<void>
}

/** Gathered on the way, for the record and the answer. */
interface Trace {
  items: number
  bytesIn: number
  queueMs: number
  computeMs: number
  batchSize: number
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000

export async function infer(call: Call, rooms: InferRooms, v1: boolean): Promise<Answer> {
  const trace: Trace = { items: 0, bytesIn: 0, queueMs: 0, computeMs: 0, batchSize: 0 }
  const { version } = call.target
  const headers = {
    'x-request-id': call.id,
    'outpost-version': version.version,
    'outpost-digest': version.digest,
  }
  const release = call.target.model.hold()
  let answer: Answer
  let code: string | null = null
  try {
    insist(rooms.admit(call.caller, version))
    answer = v1 ? await predict(call, rooms, trace, headers) : await inferV2(call, rooms, trace, headers)
  } catch (error) {
    const refused = asOutpostError(error)
    code = refused.code
    answer = refusal(refused, v1, headers)
  } finally {
    release()
  }
  const latencyMs = performance.now() - call.started
  call.target.figures?.count(latencyMs, code !== null)
  try {
    await rooms.record(recordOf(call, trace, answer, code, latencyMs))
  } catch (error) {
    return refusal(asOutpostError(error), v1, headers)
  }
  return answer
}

function insist(admission: Admission): void {
  if (!admission.allowed) throw admission.refusal
}

async function body(call: Call, trace: Trace): Promise<Buffer> {
  const bytes = await readBody(call.request, limits.inferBodyBytesMax)
  trace.bytesIn = bytes.byteLength
  return bytes
}

async function run(
  call: Call,
  trace: Trace,
  inputs: Tensor[],
  outputs: string[] | null,
): Promise<BatchedResult> {
  const result = await call.target.ready.batcher.submit(inputs, outputs, call.signal)
  trace.queueMs += result.queueMs
  trace.computeMs += result.computeMs
  trace.batchSize = Math.max(trace.batchSize, result.batchSize)
  return result
}

async function inferV2(
  call: Call,
  rooms: InferRooms,
  trace: Trace,
  headers: Record<string, string>,
): Promise<Answer> {
  const { endpoint, version, ready } = call.target
  const request = await rooms.processing.decode(await body(call, trace))
  const inputs = fitToModel(request, ready.loaded.inputs, ready.loaded.outputs)
  trace.items = inputs[0]?.shape[0] ?? 1
  insist(rooms.takeQuota(call.caller, version, trace.items))
  const { outputs } = await run(call, trace, inputs, request.outputs)
  const text = await rooms.processing.encode({
    modelName: endpoint,
    modelVersion: version.version,
    id: request.id,
    outputs,
  })
  return jsonText(text, headers)
}

async function predict(
  call: Call,
  rooms: InferRooms,
  trace: Trace,
  headers: Record<string, string>,
): Promise<Answer> {
  const { endpoint, version, ready, rule } = call.target
  const { processing } = rooms
  const bytes = await body(call, trace)
  const prepareFrom = performance.now()
  const prepared = await processing.prepare(ready.plan, bytes)
  const prepareMs = performance.now() - prepareFrom
  trace.items = prepared.items
  insist(rooms.takeQuota(call.caller, version, trace.items))
  const results = await Promise.all(
    prepared.runs.map(async ({ inputs, rows }) => ({
      outputs: (await run(call, trace, inputs, null)).outputs,
      rows,
    })),
  )
  const finishFrom = performance.now()
  const outputs = processing.finish(ready.plan, results)
  const now = performance.now()
  const prediction: Prediction = {
    id: call.id,
    model: version.model,
    version: version.version,
    digest: version.digest,
    endpoint,
    rule,
    outputs,
    timing: {
      queueMs: round(trace.queueMs),
      prepareMs: round(prepareMs),
      computeMs: round(trace.computeMs),
      finishMs: round(now - finishFrom),
      totalMs: round(now - call.started),
    },
    batchSize: trace.batchSize,
    executionProvider: ready.loaded.executionProvider.used,
  }
  return json(prediction, headers)
}

function recordOf(
  call: Call,
  trace: Trace,
  answer: Answer,
  code: string | null,
  latencyMs: number,
): RequestRow {
  const { endpoint, version, rule, ready } = call.target
  return {
    id: call.id,
    at: new Date().toISOString(),
    endpoint,
    model: version.model,
    version: version.version,
    digest: version.digest,
    rule,
    status: answer.status,
    code,
    consumer: call.caller.name,
    items: trace.items,
    tokensIn: null, // counted by models that have tokens, which none of the schemas describes yet
    tokensOut: null,
    latencyMs: round(latencyMs),
    queueMs: round(trace.queueMs),
    computeMs: round(trace.computeMs),
    batchSize: trace.batchSize,
    executionProvider: ready.loaded.executionProvider.used,
    bytesIn: trace.bytesIn,
    bytesOut: Buffer.byteLength(answer.body),
  }
}
