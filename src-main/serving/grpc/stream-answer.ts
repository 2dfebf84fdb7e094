/**
 * ModelStreamInferResponse around a ModelInferResponse that is bytes already: a field's number and kind, its length,
 * its content (protobuf.dev, programming-guides/encoding).
 */
import type { OutpostError } from '../../base/errors.ts'
import { refusalText } from '../protocol/refusal-text.ts'
import type { InferAnswerMessage } from './messages.ts'

const errorMessage = 1
const inferResponse = 2
const lengthDelimited = 2

export const streamAnswer = (response: Buffer): Buffer => field(inferResponse, response)

/** Its id tells the client which request was refused. */
export function streamRefusal(
  error: OutpostError,
  id: string,
  serialize: (answer: InferAnswerMessage) => Buffer,
): Buffer {
  const parameters = { 'outpost-error': { string_param: error.code } }
  const empty = { model_name: '', model_version: '', id, outputs: [], raw_output_contents: [], parameters }
  return Buffer.concat([
    field(errorMessage, Buffer.from(refusalText(error))),
    field(inferResponse, serialize(empty)),
  ])
}

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([varint((number << 3) | lengthDelimited), varint(content.byteLength), content])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}
