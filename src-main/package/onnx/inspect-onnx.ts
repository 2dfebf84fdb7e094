/**
 * Tells what an ONNX file needs and offers by walking its protocol buffer, without loading it: weights are skipped
 * in the file, so a model of a gibibyte takes milliseconds. Whatever is not ONNX is refused with its place.
 */
import { constants, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { looksLikeText } from '../../base/looks-like-text.ts'
import { limits } from '../../contract/limits.ts'
import type { GraphSummary } from '../../contract/package.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import {
  domainName,
  emptyGraph,
  type Findings,
  type GraphInterface,
  readAttribute,
  readGraphField,
  readNode,
} from './graph-walk.ts'
import { elementTypeName, lookalike } from './onnx-format.ts'
import { type Field, ProtoReader, wire } from './proto-reader.ts'
import type { ValueInfo } from './value-info.ts'

/** Milliseconds of reading after which other work of the thread gets its turn. */
const turnMs = 8

/** Field numbers of the messages ModelProto, OperatorSetIdProto and FunctionProto. */
const modelField = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  graph: 7,
  opset: 8,
  functions: 25,
} as const
const functionField = { name: 1, node: 7, opset: 9, domain: 10, attribute: 11 } as const

/** Enough to tell other formats by. */
const headBytes = 32

/** Opening a pipe would otherwise wait for a writer for ever. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

interface Model extends Findings {
  irVersion: number
  producer: string
  producerVersion: string
  opsets: Map<string, number>
  functions: Array<{ domain: string; name: string }>
  graph: GraphInterface | null
}

/**
 * Reads a path, an opened file, or bytes in memory. Throws ONNX_INVALID with details.offset for anything that is no complete ONNX
 * model, and for one whose tensors hold less or more than their shape says.
 */
export async function inspectOnnx(source: string | FileHandle | Uint8Array): Promise<GraphSummary> {
  if (source instanceof Uint8Array)
    return await inspectFrom(source, source.byteLength, source.subarray(0, headBytes))
  if (typeof source !== 'string') return await inspectOpened(source)
  const file = await open(source, readAtOnce).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) throw error
    throw new OutpostError('ONNX_INVALID', `The model file cannot be read: ${error.code}.`, { cause: error })
  })
  try {
    return await inspectOpened(file)
  } finally {
    await file.close()
  }
}

async function inspectOpened(file: FileHandle): Promise<GraphSummary> {
  const status = fstatSync(file.fd)
  if (!status.isFile() || status.size === 0) {
    throw new OutpostError('ONNX_INVALID', `The model is ${status.isFile() ? 'an empty file' : 'no file'}.`)
  }
  const head = Buffer.alloc(headBytes)
  await file.read(head, 0, head.length, 0)
  return await inspectFrom(file.fd, status.size, head)
}

async function inspectFrom(
  source: number | Uint8Array,
  bytes: number,
  start: Uint8Array,
): Promise<GraphSummary> {
  const head = Buffer.alloc(headBytes)
  head.set(start)
  const other = lookalike(head)
  if (other) {
    throw new OutpostError('ONNX_INVALID', `The file is not ONNX but ${other}.`, {
      hint: 'Export the model to ONNX first, for example with torch.onnx.export or tf2onnx.',
    })
  }
  const reader = new ProtoReader(source, bytes, limits.graphBytesMax)
  try {
    return summary(await readModel(reader, bytes), bytes)
  } catch (error) {
    if (!looksLikeText(start.subarray(0, bytes))) throw error
    throw new OutpostError('ONNX_INVALID', 'The file is text and no ONNX model.', { cause: error })
  }
}

async function readModel(reader: ProtoReader, bytes: number): Promise<Model> {
  const model: Model = {
    irVersion: 0,
    producer: '',
    producerVersion: '',
    opsets: new Map(),
    functions: [],
    graph: null,
    operators: new Map(),
    elementTypes: new Set(),
    external: [],
    parameterCount: 0,
  }
  for (const field of reader.fields(0, bytes)) {
    switch (field.number) {
      case modelField.irVersion:
        reader.expect(field, wire.varint)
        model.irVersion = field.value
        break
      case modelField.producer:
        model.producer = reader.text(field, limits.textCharsMax)
        break
      case modelField.producerVersion:
        model.producerVersion = reader.text(field, limits.textCharsMax)
        break
      case modelField.opset:
        readOpset(reader, field, model.opsets)
        break
      case modelField.functions:
        readFunction(reader, field, model)
        break
      case modelField.graph:
        if (model.graph) throw reader.invalid(field.start, 'a second graph')
        model.graph = await readMainGraph(reader, field, model)
    }
  }
  if (model.irVersion < 1) throw reader.invalid(bytes, 'no version of the format is given')
  if (!model.graph) throw reader.invalid(bytes, 'it holds no graph')
  // Operator sets came with IR version 3; before that, version 1 of the default domain was meant.
  if (model.opsets.size === 0 && model.irVersion >= 3) throw reader.invalid(bytes, 'no operator set is named')
  return model
}

async function readMainGraph(reader: ProtoReader, field: Field, model: Model): Promise<GraphInterface> {
  reader.expect(field, wire.bytes)
  const graph = emptyGraph()
  let turn = performance.now()
  for (const part of reader.fields(field.start, field.end)) {
    readGraphField(reader, part, graph, model, 0)
    if (performance.now() - turn < turnMs) continue
    await letOthersRun()
    turn = performance.now()
  }
  return graph
}

function readOpset(reader: ProtoReader, field: Field, opsets: Map<string, number>): void {
  reader.expect(field, wire.bytes)
  let domain = ''
  let version = 0
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === 1) domain = reader.text(part, limits.lineCharsMax)
    else if (part.number === 2) version = part.value
  }
  if (opsets.size >= limits.graphOperatorsMax) throw reader.invalid(field.start, 'too many operator sets')
  opsets.set(domainName(domain), version)
}

/** A function of the model's own: its nodes need operators as any others; its name is none of the runtime's. */
function readFunction(reader: ProtoReader, field: Field, model: Model): void {
  reader.expect(field, wire.bytes)
  const own = { domain: '', name: '' }
  const opsets = new Map<string, number>()
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === functionField.name) own.name = reader.text(part, limits.lineCharsMax)
    else if (part.number === functionField.domain)
      own.domain = domainName(reader.text(part, limits.lineCharsMax))
    else if (part.number === functionField.node) readNode(reader, part, model, 0)
    else if (part.number === functionField.attribute) readAttribute(reader, part, model, 0)
    else if (part.number === functionField.opset) readOpset(reader, part, opsets)
  }
  for (const [domain, version] of opsets) if (!model.opsets.has(domain)) model.opsets.set(domain, version)
  if (model.functions.length >= limits.graphOperatorsMax)
    throw reader.invalid(field.start, 'too many functions')
  model.functions.push(own)
}

function summary(model: Model, bytes: number): GraphSummary {
  const graph = model.graph ?? emptyGraph()
  // An input with a default need not be fed, and the runtime does not list it.
  const inputs = graph.inputs.filter((value) => !graph.initializers.has(value.name))
  const specs = (values: ValueInfo[]): TensorSpec[] => values.flatMap(({ spec }) => (spec ? [spec] : []))
  const opsets = model.opsets.size === 0 ? new Map([[domainName(''), 1]]) : model.opsets
  return {
    irVersion: model.irVersion,
    producer: [model.producer, model.producerVersion].filter(Boolean).join(' '),
    opsets: [...opsets].map(([domain, version]) => ({ domain, version })).toSorted(byDomain),
    operators: [...model.operators]
      .map(([key, count]) => {
        const colon = key.lastIndexOf(':')
        return { domain: key.slice(0, colon), name: key.slice(colon + 1), count }
      })
      .toSorted((a, b) => byDomain(a, b) || (a.name < b.name ? -1 : 1)),
    functions: model.functions,
    elementTypes: [...model.elementTypes].toSorted((a, b) => a - b).map(elementTypeName),
    inputs: specs(inputs),
    outputs: specs(graph.outputs),
    unservable: [...inputs, ...graph.outputs]
      .filter(({ spec }) => spec === null)
      .map(({ name, type }) => ({ name, type })),
    parameterCount: model.parameterCount,
    externalData: model.external,
    bytes,
  }
}

const byDomain = (a: { domain: string }, b: { domain: string }): number =>
  a.domain === b.domain ? 0 : a.domain < b.domain ? -1 : 1
