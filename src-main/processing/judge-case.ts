/** Judges the outputs of one case of a suite against what is right: the best label, tensors or a vector within tolerances. */
import { decodeData, encodeData } from '../base/tensor-json.ts'
import type { Tensor } from '../base/tensors.ts'
import type { SuiteCase } from '../contract/suite.ts'
import type { JsonTensor } from '../contract/tensor.ts'
import { embeddingOf } from './embedding-output.ts'
import { finishEmbeddings, finishOutputs, type ScoredClass } from './finish-outputs.ts'
import type { FinishedRun, ProcessingPlan } from './plan.ts'

export interface CaseJudgement {
  right: boolean
  /** What was expected and what came, in words. */
  message: string
}

/** Where a suite names none: what float32 arithmetic in another order moves, and a little more. */
const toleranceDefault = 1e-4

export function judgeCase(
  plan: ProcessingPlan,
  expected: SuiteCase['expected'],
  outputs: Tensor[],
  masks: readonly Tensor[] = [],
): CaseJudgement {
  if (expected.label !== undefined) {
    const label = bestLabel(plan, outputs)
    if (label === null) return { right: false, message: 'The package declares no output with classes.' }
    const right = label === expected.label
    if (!right || !(expected.tensors || expected.embedding))
      return { right, message: `expected ${expected.label}, got ${label}` }
  }
  const absolute = expected.toleranceAbsolute ?? toleranceDefault
  const relative = expected.toleranceRelative ?? toleranceDefault
  for (const wanted of expected.tensors ?? []) {
    const found = outputs.find(({ name }) => name === wanted.name)
    if (!found) return { right: false, message: `the model gave no output "${wanted.name}"` }
    const problem = differenceOf(found, wanted, absolute, relative)
    if (problem !== null) return { right: false, message: `"${wanted.name}" ${problem}` }
  }
  const problem = embeddingProblem(
    plan,
    expected.embedding ?? null,
    { outputs, rows: [1], masks },
    {
      absolute,
      relative,
    },
  )
  if (problem !== null) return { right: false, message: problem }
  return { right: true, message: 'as expected' }
}

/** What is answered must be finite, whether the case says what it is or not. */
function embeddingProblem(
  plan: ProcessingPlan,
  expected: readonly number[] | null,
  run: FinishedRun,
  { absolute, relative }: { absolute: number; relative: number },
): string | null {
  const schema = embeddingOf(plan)
  if (!schema) return expected === null ? null : 'The package declares no output that is an embedding.'
  const [found] = finishEmbeddings(plan, schema, run, null)
  if (!found?.every(Number.isFinite)) return `"${schema.tensor}" gives no vector of finite numbers`
  if (expected === null) return null
  if (found.length !== expected.length)
    return `"${schema.tensor}" gives a vector of ${found.length} numbers, expected ${expected.length}`
  const at = expected.findIndex(
    (wanted, index) => !(Math.abs((found[index] ?? 0) - wanted) <= absolute + relative * Math.abs(wanted)),
  )
  return at === -1
    ? null
    : `"${schema.tensor}" has ${found[at]} at place ${at} of its vector, expected ${expected[at]}`
}

function bestLabel(plan: ProcessingPlan, outputs: Tensor[]): string | null {
  const classes = plan.outputs.find(({ kind }) => kind === 'classes')
  if (!classes) return null
  const [record] = finishOutputs(plan, [{ outputs, rows: [1], masks: [] }])
  const { top } = (record?.[classes.tensor] ?? {}) as { top?: ScoredClass[] }
  return top?.[0]?.label ?? null
}

/** Null where every element is near enough; |found - wanted| <= absolute + relative * |wanted|, and NaN is NaN. */
function differenceOf(found: Tensor, wanted: JsonTensor, absolute: number, relative: number): string | null {
  if (found.datatype !== wanted.datatype) return `is ${found.datatype}, expected ${wanted.datatype}`
  if (found.shape.join() !== wanted.shape.join())
    return `has shape [${found.shape}], expected [${wanted.shape}]`
  const data = decodeData(wanted.name, wanted.datatype, wanted.shape, wanted.data)
  const [a, b] = [encodeData(found), encodeData({ datatype: wanted.datatype, data })]
  for (let at = 0; at < b.length; at++) {
    if (a[at] === b[at]) continue
    const [left, right] = [Number(a[at]), Number(b[at])]
    if (!(Math.abs(left - right) <= absolute + relative * Math.abs(right))) {
      return `has ${a[at]} at element ${at}, expected ${b[at]}`
    }
  }
  return null
}
