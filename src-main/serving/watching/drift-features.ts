/**
 * What of a model's inputs and outputs is compared with its suite: each number of a short row, the label and its score
 * of an output of classes, and of what is larger (a picture, an embedding) its mean and its deviation.
 */
import { encodeData } from '../../base/tensor-json.ts'
import { elementCount, type Tensor } from '../../base/tensors.ts'
import type { InputSchema, OutputSchema } from '../../contract/package.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { ProcessingPlan } from '../hosting/processing-port.ts'

export interface Feature {
  side: 'input' | 'output'
  tensor: string
  name: string
  /** A category's value is a number too: the class, the element, or a text by its place in `texts`. */
  kind: 'number' | 'category'
  /** The word for a category. */
  word: (value: number) => string
  /** NaN where the row has none. */
  take: (tensor: Tensor, row: number, rowLength: number) => number
}

/** Features of one version: with a thousand samples of eight bytes each they take half a megabyte. */
const featuresMax = 64
/** A longer row is told by its mean and its deviation. */
const elementsMax = 32
/** Elements that a mean is made of, spread over the row. */
const pickedMax = 256
const textsMax = 256

type Taken = Pick<Feature, 'name' | 'take'> & Partial<Pick<Feature, 'kind' | 'word'>>

export function featuresOf({ inputs, outputs, inputSpecs, outputSpecs, labels }: ProcessingPlan): Feature[] {
  const made = (side: Feature['side'], spec: TensorSpec, taken: Taken[]): Feature[] =>
    taken.map((one) => ({ kind: 'number', word: String, ...one, side, tensor: spec.name }))
  const all = [
    ...outputSpecs.flatMap((spec) => made('output', spec, ofOutput(spec, outputs, labels[spec.name]))),
    ...inputSpecs.flatMap((spec) => made('input', spec, ofInput(spec, inputs))),
  ]
  return all.slice(0, featuresMax)
}

/** Rows that a tensor has of a model's items, which is all of it where the model takes one at a time. */
export const rowsOf = (tensor: Tensor, spec: TensorSpec): number =>
  spec.shape[0] === -1 ? (tensor.shape[0] ?? 1) : 1

/** One value a feature, NaN for what the tensors do not have; into `values` from `at` on. */
export function takeRow(
  features: readonly Feature[],
  side: Feature['side'],
  tensors: readonly Tensor[],
  rowOf: (tensor: Tensor) => { row: number; rows: number },
  values: Float64Array,
): void {
  for (const [at, feature] of features.entries()) {
    if (feature.side !== side) continue
    const tensor = tensors.find(({ name }) => name === feature.tensor)
    if (!tensor) continue
    const { row, rows } = rowOf(tensor)
    if (row < rows) values[at] = feature.take(tensor, row, tensor.data.length / rows)
  }
}

function ofInput(spec: TensorSpec, schemas: readonly InputSchema[]): Taken[] {
  const schema = schemas.find(({ tensor }) => tensor === spec.name)
  const names = schema?.kind === 'fields' ? schema.fields.map(({ title, name }) => title ?? name) : []
  if (spec.datatype === 'BYTES') return [{ name: 'characters', take: charactersOf }]
  return ofNumbers(spec, names)
}

function ofOutput(spec: TensorSpec, schemas: readonly OutputSchema[], labels: string[] = []): Taken[] {
  const schema = schemas.find(({ tensor }) => tensor === spec.name)
  if (spec.datatype === 'BYTES') return [categoryOfTexts()]
  const wholeNumber = spec.datatype.startsWith('INT') || spec.datatype.startsWith('UINT')
  if (wholeNumber && rowLengthOf(spec) === 1)
    return [{ name: 'value', kind: 'category', take: (tensor, row, length) => at(tensor, row * length) }]
  if (schema?.kind !== 'classes' || rowLengthOf(spec) === 1) return ofNumbers(spec, [])
  return [
    {
      name: 'label',
      kind: 'category',
      word: (value) => labels[value] ?? String(value),
      take: (tensor, row, length) => bestOf(tensor, row, length).index,
    },
    { name: 'score', take: (tensor, row, length) => bestOf(tensor, row, length).score },
  ]
}

/** Null where the length of a row is not the same in each request. */
function rowLengthOf({ shape }: TensorSpec): number | null {
  const sizes = shape[0] === -1 ? shape.slice(1) : shape
  return sizes.includes(-1) ? null : elementCount(sizes)
}

function ofNumbers(spec: TensorSpec, names: readonly string[]): Taken[] {
  const length = rowLengthOf(spec)
  if (spec.datatype === 'BF16') return []
  if (length === null || length > elementsMax) {
    return [
      { name: 'mean', take: (tensor, row, size) => momentsOf(tensor, row, size).mean },
      { name: 'deviation', take: (tensor, row, size) => momentsOf(tensor, row, size).deviation },
    ]
  }
  return Array.from({ length }, (_, element) => ({
    name: names[element] ?? (length === 1 ? 'value' : `[${element}]`),
    take: (tensor, row, size) => at(tensor, row * size + element),
  }))
}

function at({ datatype, data }: Tensor, index: number): number {
  if (datatype === 'FP16') return Number(encodeData({ datatype, data: data.slice(index, index + 1) })[0])
  return Number(data[index])
}

const charactersOf = ({ data }: Tensor, row: number, length: number): number =>
  String(data[row * length] ?? '').length

/** Texts by the order in which they came; all that come late are one. */
function categoryOfTexts(): Taken {
  const texts = new Map<string, number>()
  const words: string[] = []
  return {
    name: 'value',
    kind: 'category',
    word: (value) => words[value] ?? 'other',
    take: ({ data }, row, length) => {
      const text = String(data[row * length] ?? '')
      const known = texts.get(text)
      if (known !== undefined) return known
      if (words.length >= textsMax) return textsMax
      texts.set(text, words.length)
      return words.push(text.slice(0, 64)) - 1
    },
  }
}

function bestOf(tensor: Tensor, row: number, length: number): { index: number; score: number } {
  let best = { index: -1, score: Number.NEGATIVE_INFINITY }
  for (let index = 0; index < length; index++) {
    const score = at(tensor, row * length + index)
    if (score > best.score) best = { index, score }
  }
  return best
}

function momentsOf(tensor: Tensor, row: number, length: number): { mean: number; deviation: number } {
  const step = Math.max(1, Math.floor(length / pickedMax))
  let [count, sum, squares] = [0, 0, 0]
  for (let index = 0; index < length; index += step) {
    const value = at(tensor, row * length + index)
    count += 1
    sum += value
    squares += value * value
  }
  const mean = sum / Math.max(1, count)
  return { mean, deviation: Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean)) }
}
