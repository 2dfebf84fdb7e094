/**
 * Reads the ValueInfoProto of a graph's input or output into a tensor specification, or into the ONNX type in words
 * where the Open Inference Protocol cannot carry it (sequences, maps, optionals, element types it does not know).
 */
import { limits } from '../../contract/limits.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import { elementTypeName, elementTypes } from './onnx-format.ts'
import { type Field, type ProtoReader, wire } from './proto-reader.ts'

export interface ValueInfo {
  name: string
  spec: TensorSpec | null
  /** The ONNX type in words, such as `seq(tensor(float))`. */
  type: string
  elementTypes: number[]
}

interface ValueType {
  words: string
  elementType: number
  dims: TensorSpec['shape'] | null
  names: Array<string | null>
}

/** Field numbers of message TypeProto; optionals, sequences and maps hold a type of their own. */
const typeField = { tensor: 1, sequence: 4, map: 5, opaque: 7, sparse: 8, optional: 9 } as const

export function readValueInfo(reader: ProtoReader, field: Field): ValueInfo {
  reader.expect(field, wire.bytes)
  let name = ''
  let type: ValueType = undeclared()
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === 1) name = reader.text(part, limits.lineCharsMax * 4)
    else if (part.number === 2) type = readType(reader, part, 0)
  }
  const datatype = elementTypes.get(type.elementType)?.datatype ?? null
  const isTensor = type.words.startsWith('tensor(')
  const spec =
    isTensor && datatype !== null
      ? {
          name,
          datatype,
          shape: type.dims ?? [],
          ...(type.names.some((entry) => entry !== null) ? { dimensions: type.names } : {}),
          ...(type.dims === null ? { unranked: true } : {}),
        }
      : null
  return { name, spec, type: type.words, elementTypes: type.elementType === 0 ? [] : [type.elementType] }
}

const undeclared = (): ValueType => ({ words: 'undeclared', elementType: 0, dims: null, names: [] })

export function readType(reader: ProtoReader, field: Field, depth: number): ValueType {
  reader.expect(field, wire.bytes)
  if (depth > limits.nestingMax) throw reader.invalid(field.start, 'types nested too deeply')
  let type = undeclared()
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === typeField.tensor) type = readTensorType(reader, part, 'tensor')
    else if (part.number === typeField.sparse) type = readTensorType(reader, part, 'sparse_tensor')
    else if (part.number === typeField.sequence) type = wrapped(reader, part, 'seq', 1, depth)
    else if (part.number === typeField.optional) type = wrapped(reader, part, 'optional', 1, depth)
    else if (part.number === typeField.map) type = wrapped(reader, part, 'map', 2, depth)
    else if (part.number === typeField.opaque) type = { ...undeclared(), words: 'opaque' }
  }
  return type
}

/** A type around a type, which stands in the field `inner`. */
function wrapped(reader: ProtoReader, field: Field, word: string, inner: number, depth: number): ValueType {
  reader.expect(field, wire.bytes)
  let held = undeclared()
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === inner && part.wire === wire.bytes) held = readType(reader, part, depth + 1)
  }
  return { ...held, words: `${word}(${held.words})`, dims: null, names: [] }
}

function readTensorType(reader: ProtoReader, field: Field, word: string): ValueType {
  reader.expect(field, wire.bytes)
  let elementType = 0
  let dims: number[] | null = null
  let names: Array<string | null> = []
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === 1) elementType = part.value
    else if (part.number === 2) ({ dims, names } = readShape(reader, part))
  }
  const words = elementType === 0 ? 'undeclared' : `${word}(${elementTypeName(elementType)})`
  return { words, elementType, dims, names }
}

/** A dimension is a number, a name, or nothing; the last two vary. ONNX knows no negative size, some writers use it for "varies". */
function readShape(reader: ProtoReader, field: Field): { dims: number[]; names: Array<string | null> } {
  reader.expect(field, wire.bytes)
  const dims: number[] = []
  const names: Array<string | null> = []
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number !== 1) continue
    reader.expect(part, wire.bytes)
    let size = -1
    let name: string | null = null
    for (const entry of reader.fields(part.start, part.end)) {
      if (entry.number === 1) size = entry.value < 0 ? -1 : entry.value
      else if (entry.number === 2) name = reader.text(entry, limits.lineCharsMax * 4) || null
    }
    dims.push(size)
    names.push(size === -1 ? name : null)
    if (dims.length > limits.tensorRankMax) throw reader.invalid(part.start, 'a shape of too many dimensions')
  }
  return { dims, names }
}
