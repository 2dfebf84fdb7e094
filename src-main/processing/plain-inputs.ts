/** Rows of numbers, texts and raw tensors to tensors. Minimum and maximum of a field are hints for people, not limits. */
import { decodeData } from '../base/tensor-json.ts'
import { elementCount, type Tensor } from '../base/tensors.ts'
import type { InputSchema } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import { invalidInput, isObject, itemShape } from './plan.ts'

type FieldsInput = Extract<InputSchema, { kind: 'fields' }>
type TextInput = Extract<InputSchema, { kind: 'text' }>

export function fieldsTensor({ fields }: FieldsInput, spec: TensorSpec, value: unknown): Tensor {
  const row = Array.isArray(value) ? value : rowOf(fields, spec.name, value)
  if (row.length !== fields.length) {
    throw invalidInput(spec.name, `expected ${fields.length} numbers (${names(fields)}), got ${row.length}.`)
  }
  for (const [at, cell] of row.entries()) {
    const missing = typeof cell !== 'number' && typeof cell !== 'bigint' && typeof cell !== 'boolean'
    if (missing && !['NaN', 'Infinity', '-Infinity'].includes(cell as string)) {
      throw invalidInput(
        spec.name,
        `field "${fields[at]?.name}" must be a number, got ${JSON.stringify(cell)}.`,
      )
    }
  }
  const shape = itemShape([fields.length], spec)
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape,
    data: decodeData(spec.name, spec.datatype, shape, row),
  }
}

function rowOf(fields: FieldsInput['fields'], name: string, value: unknown): unknown[] {
  if (!isObject(value))
    throw invalidInput(name, `expected an array or an object with the fields ${names(fields)}.`)
  const unknown = Object.keys(value).find((key) => !fields.some((field) => field.name === key))
  if (unknown !== undefined)
    throw invalidInput(name, `there is no field "${unknown}"; expected ${names(fields)}.`)
  return fields.map((field) => {
    const cell = Object.hasOwn(value, field.name) ? value[field.name] : field.default
    if (cell === undefined) throw invalidInput(name, `field "${field.name}" is missing.`)
    return cell
  })
}

function names(fields: FieldsInput['fields']): string {
  const shown = fields.slice(0, 8).map((field) => field.name)
  return fields.length > 8 ? `${shown.join(', ')}, …` : shown.join(', ')
}

export function textTensor({ charsMax }: TextInput, spec: TensorSpec, value: unknown): Tensor {
  if (typeof value !== 'string') throw invalidInput(spec.name, 'expected a text.')
  if (value.length > charsMax) {
    throw invalidInput(spec.name, `the text has ${value.length} characters; at most ${charsMax} are taken.`)
  }
  const shape = itemShape([], spec)
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape,
    data: decodeData(spec.name, spec.datatype, shape, [value]),
  }
}

/** The tensor as it is: {"shape": …, "data": …}, or nested arrays whose nesting gives the shape, or a flat array. */
export function rawTensor(spec: TensorSpec, value: unknown): Tensor {
  const { name, datatype } = spec
  if (isObject(value)) {
    const { shape, data } = value
    if (value.datatype !== undefined && value.datatype !== datatype) {
      throw invalidInput(name, `expected ${datatype}, got ${JSON.stringify(value.datatype)}.`)
    }
    if (!Array.isArray(data))
      throw invalidInput(name, 'expected {"shape": […], "data": […]} or nested arrays.')
    if (shape === undefined) return rawTensor(spec, data)
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw invalidInput(name, '"shape" must be an array of whole numbers from 0 on.')
    }
    return { name, datatype, shape, data: decodeData(name, datatype, shape, data) }
  }
  const data = Array.isArray(value) ? value : [value]
  const shape = Array.isArray(value) ? shapeOf(spec, data) : itemShape([], spec)
  // A single row is nested one level less than its tensor: the elements are the same without the leading dimension.
  const nested = nestingOf(data)
  const written = nested > 1 ? shape.slice(shape.length - nested) : shape
  return { name, datatype, shape, data: decodeData(name, datatype, written, data) }
}

/** Nested arrays say their shape; one dimension less than the model's is a single row; flat ones are folded to fit. */
function shapeOf(spec: TensorSpec, data: unknown[]): number[] {
  const nested: number[] = []
  for (let level: unknown = data; Array.isArray(level); level = level[0]) nested.push(level.length)
  const rank = spec.shape.length
  if (nested.length === rank) return nested
  if (nested.length > 1) return itemShape(nested, spec)
  const fixed = elementCount(spec.shape.filter((size) => size !== -1))
  const open = spec.shape.filter((size) => size === -1).length
  if (open === 0) return [...spec.shape]
  // With several open dimensions the first is the batch and the last takes what is there.
  const rest = fixed === 0 ? 0 : Math.ceil(data.length / fixed)
  const last = spec.shape.lastIndexOf(-1)
  return spec.shape.map((size, at) => (size === -1 ? (at === last ? rest : 1) : size))
}

function nestingOf(data: unknown): number {
  let depth = 0
  for (let level = data; Array.isArray(level); level = level[0]) depth += 1
  return depth
}
