/** The tensors of the runs to one record an item: classes with their labels and scores, other tensors as they are. */
import { encodeData, encodeTensor } from '../base/tensor-json.ts'
import { elementCount, split, type Tensor } from '../base/tensors.ts'
import type { OutputSchema } from '../contract/package.ts'
import type { ProcessingPlan } from './plan.ts'

type ClassesOutput = Extract<OutputSchema, { kind: 'classes' }>

export interface ScoredClass {
  label: string
  score: number
  index: number
}

/** One record an item, in the order of the items; the outputs that the package declares, else all. */
export function finishOutputs(
  plan: ProcessingPlan,
  runs: ReadonlyArray<{ outputs: Tensor[]; rows: number[] }>,
): Record<string, unknown>[] {
  return runs.flatMap(({ outputs, rows }) => {
    const wanted = outputs.filter(
      ({ name }) => plan.outputs.length === 0 || plan.outputs.some((schema) => schema.tensor === name),
    )
    const records = rows.map((): Record<string, unknown> => ({}))
    for (const output of wanted) {
      const schema = plan.outputs.find((candidate) => candidate.tensor === output.name)
      const pieces = piecesOf(output, rows)
      for (const [at, record] of records.entries()) {
        const piece = pieces[at]
        if (piece)
          record[output.name] =
            schema?.kind === 'classes' ? classesOf(plan, schema, piece) : encodeTensor(piece)
      }
    }
    return records
  })
}

/** By the rows of each item; an output that does not follow the rows belongs to the first item as a whole. */
function piecesOf(output: Tensor, rows: readonly number[]): Tensor[] {
  const total = rows.reduce((sum, count) => sum + count, 0)
  if (rows.length === 1 || output.shape[0] !== total) return [output]
  return split(output, rows)
}

function classesOf(plan: ProcessingPlan, schema: ClassesOutput, tensor: Tensor): unknown {
  const scores = encodeData(tensor).map(Number)
  const classes = tensor.shape.length === 0 ? 1 : (tensor.shape.at(-1) ?? 1)
  const rowCount = classes === 0 ? 0 : elementCount(tensor.shape) / classes
  const tops = Array.from({ length: rowCount }, (_, row) =>
    topClasses(plan, schema, scores.slice(row * classes, (row + 1) * classes)),
  )
  return tops.length === 1 ? { top: tops[0] } : { rows: tops.map((top) => ({ top })) }
}

function topClasses(plan: ProcessingPlan, schema: ClassesOutput, row: number[]): ScoredClass[] {
  const labels = plan.labels[schema.tensor]
  return activate(schema.activation, row)
    .map((score, index) => ({ label: labels?.[index] ?? String(index), score, index }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, schema.topK)
}

export function activate(activation: ClassesOutput['activation'], row: number[]): number[] {
  if (activation === 'sigmoid') return row.map((value) => 1 / (1 + Math.exp(-value)))
  if (activation === 'none') return row
  const max = row.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY)
  const powers = row.map((value) => Math.exp(value - max)) // shifted, so that none overflows
  const sum = powers.reduce((total, value) => total + value, 0)
  return powers.map((value) => value / sum)
}
