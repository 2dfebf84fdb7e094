/**
 * Bodies of inference requests to tensors and back. Small ones are worked on where they arrive; above 64 kB, parsing
 * would hold up every other request, so a thread of its own does it.
 */

import { OutpostError } from '../../base/errors.ts'
import { parseExactJson } from '../../base/json.ts'
import { elementCount, ownMemory, transferable } from '../../base/tensors.ts'
import { type Reply, serveTasks, startThread, type Thread } from '../../base/threads.ts'
import { limits } from '../../contract/limits.ts'
import { type PreparedEmbeddings, prepareEmbeddings } from '../../processing/embedding-inputs.ts'
import { finishEmbeddings, finishOutputs } from '../../processing/finish-outputs.ts'
import type { ProcessingPlan } from '../../processing/plan.ts'
import { prepareInputs } from '../../processing/prepare-inputs.ts'
import { readLabels } from '../../processing/read-labels.ts'
import type { PreparedItems, ProcessingPort } from '../../serving/hosting/processing-port.ts'
import { type EmbeddingsAnswer, embeddingsAnswerText } from '../../serving/protocol/embeddings-answer.ts'
import {
  type EmbeddingsHead,
  readEmbeddingItems,
  readEmbeddingsHead,
} from '../../serving/protocol/embeddings-request.ts'
import { type InferAnswer, inferAnswerText } from '../../serving/protocol/infer-answer.ts'
import {
  type InferHead,
  type InferRequest,
  readInferHead,
  readInferRequest,
} from '../../serving/protocol/infer-request.ts'

type Task =
  | { type: 'prepare'; plan: ProcessingPlan; body: Uint8Array }
  | { type: 'decode'; body: Uint8Array; headBytes: number }
  | { type: 'encode'; answer: InferAnswer }
  | { type: 'embeddings-head'; body: Uint8Array }
  | { type: 'embeddings'; plan: ProcessingPlan; body: Uint8Array }
  | { type: 'embeddings-answer'; answer: EmbeddingsAnswer }

function parseBody(body: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new OutpostError('JSON_INVALID', 'The body is not valid UTF-8.', { cause: error })
  }
  return parseExactJson(text)
}

async function prepareBody(plan: ProcessingPlan, body: Uint8Array): Promise<PreparedItems> {
  const parsed = parseBody(body)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || !('inputs' in parsed)) {
    throw new OutpostError('INPUT_INVALID', 'The body must be a JSON object with "inputs".')
  }
  return prepareInputs(plan, parsed.inputs)
}

/** Heads that are remembered, and their bytes at most. */
const headsMax = 256
const headBytesMax = 2048
const heads = new Map<string, InferHead>()
let last: { bytes: Buffer; head: InferHead } | null = null

/** With the tensors as bytes behind it, the JSON of a client is the same with each request: what it says is kept. */
function readHead(head: Buffer): InferHead {
  if (head.byteLength > headBytesMax) return readInferHead(parseBody(head))
  if (last?.bytes.equals(head)) return last.head
  const text = head.toString('latin1')
  const known = heads.get(text)
  const read = known ?? readInferHead(parseBody(head))
  if (heads.size >= headsMax) heads.clear()
  if (!known) heads.set(text, read)
  last = { bytes: Buffer.from(head), head: read }
  return read
}

function decodeBody(body: Buffer, headBytes: number): InferRequest {
  if (headBytes === body.byteLength) return readInferRequest(readInferHead(parseBody(body)))
  return readInferRequest(readHead(body.subarray(0, headBytes)), body.subarray(headBytes))
}

/** Elements of an answer above which it is written off the door thread: about 64 kB of digits. */
const encodeElementsMin = limits.prepareThreadBytesMin / 16

/** `entry` is the file of the thread `prepare-thread`; it starts with the first large body. */
export function createRequestBodies(entry: string): ProcessingPort & { close(): Promise<void> } {
  let thread: Thread | undefined
  const elsewhere = (task: Task): Promise<unknown> => {
    if (!thread) {
      thread = startThread(entry, null)
      thread.onExit(() => {
        thread = undefined // the next large body starts another
      })
    }
    return thread.call(task, [])
  }
  return {
    prepare: async (plan, body) =>
      body.byteLength < limits.prepareThreadBytesMin
        ? prepareBody(plan, body)
        : ((await elsewhere({
            type: 'prepare',
            plan: postedPlan(plan),
            body,
          })) as PreparedItems),
    // Bytes behind the JSON are copied, which takes no time worth a thread.
    decode: (body, headBytes) =>
      headBytes < limits.prepareThreadBytesMin
        ? decodeBody(body, headBytes)
        : (elsewhere({ type: 'decode', body, headBytes }) as Promise<InferRequest>),
    encode: (answer) => {
      let elements = 0
      for (const output of answer.outputs) if ('data' in output) elements += elementCount(output.shape)
      return elements < encodeElementsMin
        ? inferAnswerText(answer)
        : (elsewhere({
            type: 'encode',
            answer: { ...answer, outputs: answer.outputs.map(copied) },
          }) as Promise<string>)
    },
    readEmbeddings: async (body) =>
      body.byteLength < limits.prepareThreadBytesMin
        ? readEmbeddingsHead(parseBody(body))
        : ((await elsewhere({ type: 'embeddings-head', body })) as EmbeddingsHead),
    prepareEmbeddings: async (plan, body) =>
      body.byteLength < limits.prepareThreadBytesMin
        ? prepareEmbeddings(plan, readEmbeddingItems(parseBody(body)))
        : ((await elsewhere({
            type: 'embeddings',
            plan: postedPlan(plan),
            body,
          })) as PreparedEmbeddings),
    finishEmbeddings,
    encodeEmbeddings: async (answer) => {
      const elements = answer.vectors.reduce((sum, { length }) => sum + length, 0)
      return elements < encodeElementsMin
        ? embeddingsAnswerText(answer)
        : ((await elsewhere({ type: 'embeddings-answer', answer })) as string)
    },
    prepareCase: prepareInputs,
    finish: finishOutputs,
    readLabels,
    close: async () => thread?.end(),
  }
}

/** What preparing needs of it: the labels of classes may be many. */
const postedPlan = (plan: ProcessingPlan): ProcessingPlan => ({
  ...plan,
  outputs: plan.outputs.filter(({ kind }) => kind === 'embedding'),
  labels: {},
})

/** Copied on the way: a shadow still compares what was answered. */
const copied = (output: InferAnswer['outputs'][number]): typeof output =>
  'data' in output ? ownMemory(output) : output

/** The other side, in its thread. */
export const runPrepareThread = (): void =>
  serveTasks(async (posted): Promise<Reply> => {
    const task = posted as Task // the other end is this file
    switch (task.type) {
      case 'prepare': {
        const prepared = await prepareBody(task.plan, task.body)
        return { value: prepared, transfer: transferable(prepared.runs.flatMap(({ inputs }) => inputs)) }
      }
      case 'decode': {
        const body = Buffer.from(task.body.buffer, task.body.byteOffset, task.body.byteLength)
        const request = decodeBody(body, task.headBytes)
        return { value: request, transfer: transferable(request.inputs) }
      }
      case 'encode':
        return { value: inferAnswerText(task.answer) }
      case 'embeddings-head':
        return { value: readEmbeddingsHead(parseBody(task.body)) }
      case 'embeddings': {
        const prepared = await prepareEmbeddings(task.plan, readEmbeddingItems(parseBody(task.body)))
        return { value: prepared, transfer: transferable(prepared.runs.flatMap(({ inputs }) => inputs)) }
      }
      case 'embeddings-answer':
        return { value: embeddingsAnswerText(task.answer) }
    }
  })
