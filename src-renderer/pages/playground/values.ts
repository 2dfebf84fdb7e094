/**
 * What a person has filled in for each input of a model, and how that becomes the body of a request and back.
 * Numbers stay as typed until the request is made, so a half-typed "-" is kept and named instead of lost.
 */
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { jsonText } from './json-text.ts'

export type Picture = {
  base64: string
  mediaType: string
  name: string
  origin: 'file' | 'drawn' | 'example'
}
export type InputValue =
  | { kind: 'image'; picture: Picture | null }
  | { kind: 'fields'; numbers: (number | string)[] }
  | { kind: 'text'; text: string }
  | { kind: 'tensor'; json: string }
/** By the name of the input tensor. */
export type InputValues = Record<string, InputValue>
/** By tensor, or by tensor and field divided by a slash. */
export type InputProblems = Record<string, string>

export type Body = { inputs: unknown; problems: InputProblems }

/** A model without a description of its inputs still takes its tensors as JSON. */
export function schemasOf(described: InputSchema[], tensors: TensorSpec[]): InputSchema[] {
  const known = new Set(described.map((input) => input.tensor))
  const rest = tensors.filter((tensor) => !known.has(tensor.name))
  return [...described, ...rest.map((tensor): InputSchema => ({ kind: 'tensor', tensor: tensor.name }))]
}

function emptyValue(schema: InputSchema): InputValue {
  if (schema.kind === 'image') return { kind: 'image', picture: null }
  if (schema.kind === 'fields')
    return { kind: 'fields', numbers: schema.fields.map((field) => field.default ?? '') }
  if (schema.kind === 'text') return { kind: 'text', text: '' }
  return { kind: 'tensor', json: '' }
}

/** What was filled in for this input; a value of another kind belongs to another version's schema. */
export function valueFor(schema: InputSchema, values: InputValues): InputValue {
  const value = values[schema.tensor]
  return value?.kind === schema.kind ? value : emptyValue(schema)
}

/** The item that is sent; problems name every field that keeps it from being sent. */
export function toBody(schemas: InputSchema[], values: InputValues): Body {
  const inputs: Record<string, unknown> = {}
  const problems: InputProblems = {}
  for (const schema of schemas) {
    const value = valueFor(schema, values)
    if (value.kind === 'image') {
      if (value.picture === null) problems[schema.tensor] = 'A picture is needed.'
      else inputs[schema.tensor] = { base64: value.picture.base64 }
    } else if (value.kind === 'fields') {
      inputs[schema.tensor] = value.numbers.map((number, index) => {
        const parsed =
          typeof number === 'number' ? number : Number(number.trim() === '' ? Number.NaN : number)
        if (!Number.isFinite(parsed)) problems[fieldKey(schema.tensor, index)] = 'A number is needed.'
        return parsed
      })
    } else if (value.kind === 'text') {
      if (value.text === '') problems[schema.tensor] = 'A text is needed.'
      inputs[schema.tensor] = value.text
    } else {
      const parsed = parseJson(value.json)
      if (!parsed.ok) problems[schema.tensor] = parsed.problem
      else inputs[schema.tensor] = parsed.value
    }
  }
  return { inputs, problems }
}

export const fieldKey = (tensor: string, index: number) => `${tensor}/${index}`

export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  if (text.trim() === '') return { ok: false, problem: 'JSON is needed.' }
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { ok: false, problem: `Not usable as JSON: ${error.message}` }
  }
}

/** Fills the form from an item, as a suite's case or the JSON view writes it; what does not fit stays empty. */
export function fromItem(schemas: InputSchema[], item: Record<string, unknown>): InputValues {
  return Object.fromEntries(schemas.map((schema) => [schema.tensor, readValue(schema, item[schema.tensor])]))
}

function readValue(schema: InputSchema, given: unknown): InputValue {
  const empty = emptyValue(schema)
  if (given === undefined) return empty
  if (schema.kind === 'image') {
    const base64 = isRecord(given) ? given.base64 : given
    if (typeof base64 !== 'string') return empty
    const picture: Picture = { base64, mediaType: mediaTypeOf(base64), name: 'example', origin: 'example' }
    return { kind: 'image', picture }
  }
  if (schema.kind === 'fields') {
    const numbers = schema.fields.map((field, index) => {
      const one: unknown = Array.isArray(given)
        ? given[index]
        : isRecord(given)
          ? given[field.name]
          : undefined
      return typeof one === 'number' || typeof one === 'string' ? one : ''
    })
    return { kind: 'fields', numbers }
  }
  if (schema.kind === 'text') return { kind: 'text', text: typeof given === 'string' ? given : '' }
  return { kind: 'tensor', json: jsonText(given) }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first bytes of a picture in base64 tell its format; the sender's word is not kept in a suite. */
function mediaTypeOf(base64: string): string {
  if (base64.startsWith('iVBOR')) return 'image/png'
  if (base64.startsWith('/9j/')) return 'image/jpeg'
  if (base64.startsWith('UklGR')) return 'image/webp'
  if (base64.startsWith('R0lG')) return 'image/gif'
  return 'image/png'
}
