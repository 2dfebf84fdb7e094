/**
 * An inference by the Open Inference Protocol v2 over HTTP: JSON, JSON with the bytes of tensors behind it, or the bare
 * bytes of the one input (triton-inference-server/server, docs/protocol, extension_binary_data.md).
 */
import type { IncomingMessage } from 'node:http'
import { OutpostError } from '../../base/errors.ts'
import type { ReadyModel } from '../hosting/hosted-model.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Exchange } from '../infer/exchange.ts'
import { fitToModel } from '../protocol/fit-to-model.ts'
import { splitOutputs } from '../protocol/infer-answer.ts'
import type { InferRequest } from '../protocol/infer-request.ts'
import { readRawRequest } from '../protocol/raw-request.ts'
import { type Answer, jsonText } from './http-answer.ts'
import { answerHeaders, bodyDigest, bodyReader, refuseCall } from './http-exchange.ts'

/** Of the JSON at the head of the body, in bytes. */
const headHeader = 'inference-header-content-length'

export function inferExchange(request: IncomingMessage, processing: ProcessingPort): Exchange<Answer> {
  const body = bodyReader(request)
  const given = request.headers[headHeader]

  function decode(bytes: Buffer, { loaded }: ReadyModel): InferRequest | Promise<InferRequest> {
    const headBytes = given === undefined ? bytes.byteLength : headLength(given, bytes.byteLength)
    const isRaw = given !== undefined && headBytes === 0
    return isRaw ? readRawRequest(bytes, loaded.inputs) : processing.decode(bytes, headBytes)
  }

  return {
    perform: async (asking) => {
      const { call, trace } = asking
      const { endpoint, version, ready } = call.target
      const bytes = await body()
      const decoded = decode(bytes, ready)
      // Small bodies are decoded at once: each turn of the loop that is not waited for is a twentieth of a request.
      const asked = decoded instanceof Promise ? await decoded : decoded
      asking.received(bytes.byteLength, () => bodyDigest(bytes))
      const inputs = fitToModel(asked, ready.loaded.inputs, ready.loaded.outputs)
      asking.takeQuota(inputs[0]?.shape[0] ?? 1)
      const result = await asking.run(inputs, namesOf(asked), asked.schedule)
      const { outputs, blobs } = splitOutputs(asked, result.outputs)
      const encoded = processing.encode({
        modelName: endpoint,
        modelVersion: version.version,
        id: asked.id,
        attribution: trace.attribution,
        outputs,
      })
      const text = encoded instanceof Promise ? await encoded : encoded
      const headers = answerHeaders(asking)
      return blobs.length === 0 ? jsonText(text, headers) : bytesAnswer(text, blobs, headers)
    },
    replay: async ({ ready }) => {
      const asked = await decode(await body(), ready)
      const inputs = fitToModel(asked, ready.loaded.inputs, ready.loaded.outputs)
      return (await ready.batcher.submit({ inputs, outputs: namesOf(asked), internal: true })).outputs
    },
    refuse: refuseCall('v2'),
  }
}

const namesOf = ({ outputs }: InferRequest): string[] | null => outputs?.map(({ name }) => name) ?? null

function headLength(given: string | string[], bodyBytes: number): number {
  const length = typeof given === 'string' && /^\d{1,10}$/.test(given) ? Number(given) : null
  if (length !== null && length <= bodyBytes) return length
  throw new OutpostError(
    'INPUT_INVALID',
    `The header ${headHeader} must be the number of bytes of the JSON at the head of the body, which has ${bodyBytes} bytes.`,
  )
}

function bytesAnswer(text: string, blobs: readonly Uint8Array[], headers: Record<string, string>): Answer {
  const head = Buffer.from(text)
  const body = Buffer.concat([head, ...blobs])
  headers[headHeader] = String(head.byteLength)
  return {
    status: 200,
    body,
    bytesOut: body.byteLength,
    contentType: 'application/octet-stream',
    headers,
  }
}
