/**
 * Reads the head of a TensorProto: its shape, type and where its data lies. The data itself is never read, only its
 * length, which has to agree with the shape: a tensor that claims more than it holds makes a runtime read past it.
 */
import { grouped } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { elementTypeName, rawBytes } from './onnx-format.ts'
import { type Field, type ProtoReader, wire } from './proto-reader.ts'

export interface ExternalRange {
  location: string
  offset: number
  length: number
}

export interface TensorHead {
  name: string
  elementType: number
  elements: number
  external: ExternalRange | null
}

/** Field numbers of message TensorProto (onnx.proto). */
const tensorField = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const
const locationExternal = 1

export function readTensor(reader: ProtoReader, field: Field): TensorHead {
  reader.expect(field, wire.bytes)
  const dims: number[] = []
  let name = ''
  let elementType = 0
  let raw: Field | undefined
  let isExternal = false
  const entries = new Map<string, string>()
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === tensorField.dims) dims.push(...reader.integers(part))
    else if (part.number === tensorField.dataType) elementType = part.value
    else if (part.number === tensorField.name) name = reader.text(part, limits.graphTextBytesMax)
    else if (part.number === tensorField.rawData) raw = part
    else if (part.number === tensorField.dataLocation) isExternal = part.value === locationExternal
    else if (part.number === tensorField.externalData) {
      const [key, value] = readEntry(reader, part)
      // Which of two is meant, each reader decides for itself.
      if (entries.has(key)) throw reader.invalid(part.start, `the tensor "${name}" gives its ${key} twice`)
      entries.set(key, value)
    }
    if (dims.length > limits.tensorRankMax)
      throw reader.invalid(part.start, 'a tensor of too many dimensions')
  }
  const elements = dims.reduce((product, size) => product * size, 1)
  if (dims.some((size) => size < 0) || !Number.isSafeInteger(elements)) {
    throw reader.invalid(field.start, `the tensor "${name}" has an impossible shape [${dims.join(', ')}]`)
  }
  const bytes = rawBytes(elementType, elements)
  const held = raw === undefined ? null : raw.end - raw.start
  if (!isExternal && held !== null && bytes !== null && held !== bytes) {
    const shape = `${elementTypeName(elementType)} [${dims.join(', ')}]`
    throw reader.invalid(
      field.start,
      `the tensor "${name}" is ${shape}, ${grouped(bytes)} bytes, and holds ${grouped(held)}`,
    )
  }
  return {
    name,
    elementType,
    elements,
    external: isExternal ? externalRange(reader, field, name, entries, bytes) : null,
  }
}

function readEntry(reader: ProtoReader, field: Field): [string, string] {
  reader.expect(field, wire.bytes)
  let key = ''
  let value = ''
  for (const part of reader.fields(field.start, field.end)) {
    if (part.number === 1) key = reader.text(part, limits.graphTextBytesMax)
    else if (part.number === 2) value = reader.text(part, limits.graphTextBytesMax)
  }
  return [key, value]
}

/** Keys and their meaning: onnx.proto, comment on TensorProto.external_data. */
function externalRange(
  reader: ProtoReader,
  field: Field,
  name: string,
  entries: ReadonlyMap<string, string>,
  bytes: number | null,
): ExternalRange {
  const location = entries.get('location')
  if (!location) throw reader.invalid(field.start, `the tensor "${name}" lies in a file that is not named`)
  const offset = wholeNumber(reader, field, name, entries.get('offset') ?? '0')
  const declared = entries.get('length')
  const length = declared === undefined ? (bytes ?? 0) : wholeNumber(reader, field, name, declared)
  if (bytes !== null && length !== bytes) {
    throw reader.invalid(
      field.start,
      `the tensor "${name}" needs ${grouped(bytes)} bytes and declares ${grouped(length)} outside`,
    )
  }
  return { location, offset, length }
}

function wholeNumber(reader: ProtoReader, field: Field, name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw reader.invalid(field.start, `the tensor "${name}" has the place "${text}"`)
  return Number(text)
}
