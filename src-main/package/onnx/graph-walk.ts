/**
 * Walks the nodes, weights and nested graphs of an ONNX graph and adds up what they need. Nothing is kept of a node
 * but its operator, and nothing of a weight but its size, so a model of any size costs the same small memory.
 */
import { limits } from '../../contract/limits.ts'
import { elementTypeName } from './onnx-format.ts'
import { type Field, type ProtoReader, wire } from './proto-reader.ts'
import { type ExternalRange, readTensor } from './tensor-proto.ts'
import { readType, readValueInfo, type ValueInfo } from './value-info.ts'

/** What one file's graphs need together. */
export interface Findings {
  /** Count by `domain:name`; the default domain is written out as ai.onnx. */
  operators: Map<string, number>
  elementTypes: Set<number>
  external: ExternalRange[]
  parameterCount: number
}

/** The interface of one graph, nested or not. */
export interface GraphInterface {
  inputs: ValueInfo[]
  outputs: ValueInfo[]
  /** Names of the weights: an input of the same name has a default and need not be fed. */
  initializers: Set<string>
}

/** Field numbers of the messages GraphProto, NodeProto, AttributeProto and SparseTensorProto. */
const graphField = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const
const nodeField = { operator: 4, attribute: 5, domain: 7 } as const
const attributeField = {
  tensor: 5,
  graph: 6,
  tensors: 10,
  graphs: 11,
  type: 14,
  types: 15,
  sparse: 22,
  sparses: 23,
} as const
const sparseField = { values: 1, indices: 2 } as const

/** The default domain is written as the empty text in files, and as ai.onnx where people read it. */
export const domainName = (domain: string): string => domain || 'ai.onnx'

export const emptyGraph = (): GraphInterface => ({ inputs: [], outputs: [], initializers: new Set() })

/** Reads one field of a GraphProto; the caller walks the fields, so that it may let other work run in between. */
export function readGraphField(
  reader: ProtoReader,
  field: Field,
  graph: GraphInterface,
  found: Findings,
  depth: number,
): void {
  switch (field.number) {
    case graphField.node:
      readNode(reader, field, found, depth)
      break
    case graphField.initializer:
      graph.initializers.add(readWeight(reader, field, found, true))
      break
    case graphField.sparseInitializer:
      graph.initializers.add(readSparse(reader, field, found, true))
      break
    case graphField.input:
    case graphField.output: {
      const values = field.number === graphField.input ? graph.inputs : graph.outputs
      const value = readValueInfo(reader, field)
      for (const type of value.elementTypes) found.elementTypes.add(type)
      values.push(value)
      if (values.length > limits.graphValuesMax)
        throw reader.invalid(field.start, 'too many inputs or outputs')
    }
  }
}

function readGraph(reader: ProtoReader, field: Field, found: Findings, depth: number): void {
  reader.expect(field, wire.bytes)
  if (depth > limits.nestingMax)
    throw reader.invalid(field.start, `graphs nested deeper than ${limits.nestingMax}`)
  const graph = emptyGraph()
  for (const part of reader.fields(field.start, field.end)) readGraphField(reader, part, graph, found, depth)
}

export function readNode(reader: ProtoReader, field: Field, found: Findings, depth: number): void {
  reader.expect(field, wire.bytes)
  let operator = ''
  let domain = ''
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === nodeField.operator) operator = reader.text(part, limits.lineCharsMax)
    else if (part.number === nodeField.domain) domain = reader.text(part, limits.lineCharsMax)
    else if (part.number === nodeField.attribute) readAttribute(reader, part, found, depth)
  }
  if (operator === '') throw reader.invalid(field.start, 'a node without an operator')
  const key = `${domainName(domain)}:${operator}`
  found.operators.set(key, (found.operators.get(key) ?? 0) + 1)
  if (found.operators.size > limits.graphOperatorsMax) throw reader.invalid(field.start, 'too many operators')
}

/** Messages of which an attribute has one: a second is merged into the first, and is no whole tensor by itself. */
const singleFields: ReadonlySet<number> = new Set([
  attributeField.tensor,
  attributeField.graph,
  attributeField.sparse,
])

export function readAttribute(reader: ProtoReader, field: Field, found: Findings, depth: number): void {
  reader.expect(field, wire.bytes)
  const seen = new Set<number>()
  for (const part of reader.fields(field.start, field.end)) {
    if (singleFields.has(part.number) && seen.has(part.number))
      throw reader.invalid(part.start, 'an attribute has two values')
    seen.add(part.number)
    switch (part.number) {
      case attributeField.tensor:
      case attributeField.tensors:
        readWeight(reader, part, found, false)
        break
      case attributeField.sparse:
      case attributeField.sparses:
        readSparse(reader, part, found, false)
        break
      case attributeField.graph:
      case attributeField.graphs:
        readGraph(reader, part, found, depth + 1)
        break
      case attributeField.type:
      case attributeField.types: {
        const type = readType(reader, part, 0)
        if (type.elementType !== 0) found.elementTypes.add(type.elementType)
      }
    }
  }
}

/** Gives the tensor's name. Constants inside nodes are no parameters. */
function readWeight(reader: ProtoReader, field: Field, found: Findings, isParameter: boolean): string {
  const tensor = readTensor(reader, field)
  if (elementTypeName(tensor.elementType).startsWith('type ')) {
    throw reader.invalid(
      field.start,
      `the tensor "${tensor.name}" has the unknown element type ${tensor.elementType}`,
    )
  }
  found.elementTypes.add(tensor.elementType)
  if (isParameter) found.parameterCount += tensor.elements
  if (tensor.external) {
    found.external.push(tensor.external)
    if (found.external.length > limits.graphValuesMax)
      throw reader.invalid(field.start, 'too many external tensors')
  }
  return tensor.name
}

/** A sparse tensor takes the name of its values. */
function readSparse(reader: ProtoReader, field: Field, found: Findings, isParameter: boolean): string {
  reader.expect(field, wire.bytes)
  let name = ''
  const seen = new Set<number>()
  for (const part of reader.fields(field.start, field.end)) {
    if (seen.has(part.number) && (part.number === sparseField.values || part.number === sparseField.indices))
      throw reader.invalid(part.start, 'a sparse tensor has two values')
    seen.add(part.number)
    if (part.number === sparseField.values) name = readWeight(reader, part, found, isParameter)
    else if (part.number === sparseField.indices) readWeight(reader, part, found, false)
  }
  return name
}
