/** Reading an answer's outputs: the best classes of a scored output, an embedding, a tensor, or something else as it came. */
import { type JsonTensor, jsonTensor } from '../../../src-main/contract/tensor.ts'
import { isRecord } from './values.ts'

export type ClassScore = { label: string; score: number; index: number }
export type Output =
  | { kind: 'classes'; tensor: string; top: ClassScore[] }
  | { kind: 'embedding'; tensor: string; vector: number[] }
  | { kind: 'tensor'; tensor: string; value: JsonTensor }
  | { kind: 'other'; tensor: string; value: unknown }

export const readOutputs = (item: Record<string, unknown>): Output[] =>
  Object.entries(item).map(([tensor, value]) => readOutput(tensor, value))

function readOutput(tensor: string, value: unknown): Output {
  if (isRecord(value) && Array.isArray(value.top)) {
    const top = value.top.map(readScore)
    if (top.every((one) => one !== null)) return { kind: 'classes', tensor, top }
  }
  if (isRecord(value) && isVector(value.embedding))
    return { kind: 'embedding', tensor, vector: value.embedding }
  const parsed = jsonTensor.safeParse(value)
  return parsed.success ? { kind: 'tensor', tensor, value: parsed.data } : { kind: 'other', tensor, value }
}

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')

function readScore(value: unknown): ClassScore | null {
  if (!isRecord(value)) return null
  const { label, score, index } = value
  if (typeof score !== 'number') return null
  const place = typeof index === 'number' ? index : -1
  return { label: typeof label === 'string' ? label : `class ${place}`, score, index: place }
}

/** Scores between 0 and 1 are shares; others (logits, distances) have no natural full bar. */
export const areShares = (top: ClassScore[]) => top.every(({ score }) => score >= 0 && score <= 1)

/** The best answer of an item in a few words, for a list. */
export function headline(item: Record<string, unknown>): string {
  const [first] = readOutputs(item)
  if (first === undefined) return 'No output'
  if (first.kind === 'classes') {
    const [best] = first.top
    return best === undefined
      ? 'No class'
      : `${best.label} · ${formatScore(best.score, areShares(first.top))}`
  }
  if (first.kind === 'embedding') return `A vector of ${first.vector.length} numbers`
  if (first.kind === 'tensor') {
    const flat = first.value.data.flat(32)
    return flat.length === 1 ? String(flat[0]) : `${first.tensor}, ${first.value.shape.join(' × ')}`
  }
  return first.tensor
}

export const formatScore = (score: number, share: boolean) =>
  share ? `${(score * 100).toFixed(1)} %` : score.toPrecision(4)
