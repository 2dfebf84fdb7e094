/**
 * The tensors of the runs to one record an item: classes with their labels and scores, embeddings as one vector, other
 * tensors as they are.
 */
import { encodeData, encodeTensor } from '../base/tensor-json.ts'
import { elementCount, split, type Tensor } from '../base/tensors.ts'
import type { EmbeddingOutput, OutputSchema } from '../contract/package.ts'
import { embeddings, maskOf } from './embedding-output.ts'
import type { FinishedRun, ProcessingPlan } from './plan.ts'

type ClassesOutput = Extract<OutputSchema, { kind: 'classes' }>

export interface ScoredClass {
  label: string
  score: number
  index: number
}

/** One record an item, in the order of the items; the outputs that the package declares, else all. */
export function finishOutputs(plan: ProcessingPlan, runs: readonly FinishedRun[]): Record<string, unknown>[] {
  return runs.flatMap(({ outputs, rows, masks }) => {
    const wanted = outputs.filter(
      ({ name }) => plan.outputs.length === 0 || plan.outputs.some((schema) => schema.tensor === name),
    )
    const records = rows.map((): Record<string, unknown> => ({}))
    for (const output of wanted) {
      const schema = plan.outputs.find((candidate) => candidate.tensor === output.name)
      const pieces = piecesOf(output, rows)
      for (const [at, record] of records.entries()) {
        const piece = pieces[at]
        if (!piece) continue
        if (schema?.kind === 'classes') record[output.name] = classesOf(plan, schema, piece)
        else if (schema?.kind === 'embedding')
          record[output.name] = vectorsOf(schema, piece, maskFor(plan, schema, masks, rows)[at] ?? null)
        else record[output.name] = encodeTensor(piece)
      }
    }
    return records
  })
}

/** One vector an item of a run, of the output that is named; as /v1/embeddings wants them. */
export function finishEmbeddings(
  plan: ProcessingPlan,
  schema: EmbeddingOutput,
  { outputs, rows, masks }: FinishedRun,
  dimensions: number | null,
): Float32Array[] {
  const output = outputs.find(({ name }) => name === schema.tensor)
  if (!output) return []
  const ofItems = maskFor(plan, schema, masks, rows)
  return piecesOf(output, rows).flatMap((piece, at) =>
    embeddings(schema, piece, ofItems[at] ?? null, dimensions),
  )
}

/** Of each item; empty where all tokens count. */
function maskFor(
  plan: ProcessingPlan,
  schema: EmbeddingOutput,
  masks: readonly Tensor[],
  rows: readonly number[],
): Tensor[] {
  const name = maskOf(schema, plan.inputSpecs)
  const mask = masks.find((tensor) => tensor.name === name)
  return mask ? piecesOf(mask, rows) : []
}

function vectorsOf(schema: EmbeddingOutput, tensor: Tensor, mask: Tensor | null): unknown {
  const rows = embeddings(schema, tensor, mask).map((data) => ({
    embedding: encodeData({ datatype: 'FP32', data }),
  }))
  return rows.length === 1 ? rows[0] : { rows }
}

/** By the rows of each item; an output that does not follow the rows belongs to the first item as a whole. */
function piecesOf(output: Tensor, rows: readonly number[]): Tensor[] {
  const total = rows.reduce((sum, count) => sum + count, 0)
  if (rows.length === 1 || output.shape[0] !== total) return [output]
  return split(output, rows)
}

function classesOf(plan: ProcessingPlan, schema: ClassesOutput, tensor: Tensor): unknown {
  if (Array.isArray(tensor.data)) return rowsOrOne(tensor.data.map(namedClass))
  const scores = encodeData(tensor).map(Number)
  const classes = tensor.shape.length === 0 ? 1 : (tensor.shape.at(-1) ?? 1)
  const rowCount = classes === 0 ? 0 : elementCount(tensor.shape) / classes
  const tops = Array.from({ length: rowCount }, (_, row) =>
    topClasses(plan, schema, scores.slice(row * classes, (row + 1) * classes)),
  )
  return rowsOrOne(tops)
}

const rowsOrOne = (tops: ScoredClass[][]): unknown =>
  tops.length === 1 ? { top: tops[0] } : { rows: tops.map((top) => ({ top })) }

/** What a model names itself it is sure of, as far as anybody can tell. */
const namedClass = (label: string): ScoredClass[] => [{ label, score: 1, index: 0 }]

function topClasses(plan: ProcessingPlan, schema: ClassesOutput, row: number[]): ScoredClass[] {
  const labels = plan.labels[schema.tensor]
  return scoresOf(schema, row, labels)
    .map((score, index) => ({ label: labels?.[index] ?? String(index), score, index }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, schema.topK)
}

/** A single score tells two classes apart: it is the second one's, as exporters of logistic regressions mean it. */
function scoresOf(
  { activation }: ClassesOutput,
  row: number[],
  labels: readonly string[] | undefined,
): number[] {
  const scores = activate(activation, row)
  const [only] = scores
  return scores.length === 1 && only !== undefined && labels?.length === 2 ? [1 - only, only] : scores
}

export function activate(activation: ClassesOutput['activation'], row: number[]): number[] {
  if (activation === 'sigmoid') return row.map((value) => 1 / (1 + Math.exp(-value)))
  if (activation === 'none') return row
  const max = row.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY)
  const powers = row.map((value) => Math.exp(value - max)) // shifted, so that none overflows
  const sum = powers.reduce((total, value) => total + value, 0)
  return powers.map((value) => value / sum)
}
