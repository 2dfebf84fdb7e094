/** The rungs that run the model: load, cases, one run timed, memory. */
import type { Clock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import { limits } from '../../contract/limits.ts'
import { spreadOverLabels } from '../../contract/suite.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { ValidationReport } from '../../contract/validation.ts'
import type { SourceFile } from '../archive/package-source.ts'
import { type Finding, failed, passed, skipped, warned } from './ladder.ts'
import type { CaseProcessing, ModelRunner, RunnerModel } from './model-runner.ts'
import type { Subject } from './open-subject.ts'
import { readSuite } from './read-suite.ts'
import { sampleTensors, trialSizes } from './sample-tensors.ts'

/** What a run was fed and what it gave. */
export interface Sample {
  inputs: Tensor[]
  outputs: Tensor[]
}

/** A refusal's words; whatever else was thrown is no property of the package and goes on. */
export function refusalText(error: unknown): string {
  if (error instanceof OutpostError && error.code !== 'DISK_FULL') return error.message
  throw error
}

/** A copy, since a runner may hand the memory of what it runs to another thread. */
export const copies = (tensors: readonly Tensor[]): Tensor[] =>
  tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }))

export function loadedFinding(model: RunnerModel, { graph }: Subject['source']): Finding {
  const problem =
    specProblem('input', model.inputs, graph.inputs) ?? specProblem('output', model.outputs, graph.outputs)
  return problem === null
    ? passed('The runtime loads the model and sees the same inputs and outputs.')
    : failed(problem)
}

/** Names and types have to agree; shapes need not, since the runtime infers more than the file says. */
function specProblem(word: string, seen: readonly TensorSpec[], read: readonly TensorSpec[]): string | null {
  for (const { name, datatype } of read) {
    const found = seen.find((spec) => spec.name === name)
    if (!found) return `The runtime does not see the ${word} "${name}" that the file declares.`
    if (found.datatype !== datatype)
      return `The ${word} "${name}" is ${datatype} in the file and ${found.datatype} to the runtime.`
  }
  return seen.length === read.length
    ? null
    : `The runtime sees ${seen.length} ${word}s and the file declares ${read.length}.`
}

export interface CasesResult {
  finding: Finding
  samples: Sample[]
  measured: ValidationReport['measured']
}

/** Samples that the following rungs use; a few are enough to prove batching. */
const samplesMax = 16

export async function runCases(
  { source }: Subject,
  suite: SourceFile['content'],
  model: RunnerModel,
  processing: CaseProcessing,
  signal: AbortSignal | undefined,
): Promise<CasesResult> {
  const samples: Sample[] = []
  const told: Judged = { cases: 0, wrong: [], wrongTotal: 0, broken: null, right: [] }
  for await (const { id, inputs, expected } of readSuite(suite)) {
    signal?.throwIfAborted()
    told.cases++
    let outputs: Tensor[]
    let masks: Tensor[]
    try {
      const prepared = await processing.prepare(inputs)
      const { tensors } = prepared
      masks = prepared.masks
      const kept = samples.length < samplesMax ? copies(tensors) : null
      outputs = (await model.run(tensors)).outputs
      if (kept) samples.push({ inputs: kept, outputs })
    } catch (error) {
      return {
        finding: failed(`The case "${id}" does not run: ${refusalText(error)}`, undefined, { case: id }),
        samples,
        measured: null,
      }
    }
    const judged = await processing.judge(expected, outputs, masks)
    if (judged.right) {
      if (told.right.length < limits.exampleCasesMax) told.right.push({ id, label: expected.label ?? null })
      continue
    }
    const wrong = { id, message: judged.message }
    told.wrongTotal++
    if (told.wrong.length < wrongMax) told.wrong.push(wrong)
    if (expected.tensors || expected.embedding) told.broken ??= wrong
  }
  const { cases, wrongTotal } = told
  const accuracy = cases === 0 ? null : (cases - wrongTotal) / cases
  return {
    finding: casesFinding(told, accuracy, source.descriptor.evaluation?.overall.accuracy),
    samples,
    measured: { cases, accuracy },
  }
}

interface WrongCase {
  id: string
  message: string
}

/** Of a suite of any length: what is told of it. */
interface Judged {
  cases: number
  wrong: WrongCase[]
  wrongTotal: number
  /** The first that promised a tensor or a vector and gave another. */
  broken: WrongCase | null
  right: { id: string; label: string | null }[]
}

/** Cases that a report names. */
const wrongMax = 20

/** Labels are what a model may get wrong; an expected tensor or vector is a promise. Two hundredths are the noise of a small suite. */
function casesFinding(
  { cases, wrong, wrongTotal, broken, right }: Judged,
  accuracy: number | null,
  claimed: number | undefined,
): Finding {
  // Examples are answered rightly: what a form is filled with first should not be what the model gets wrong.
  const details = { cases, wrong, examples: spreadOverLabels(right).map(({ id }) => id) }
  if (accuracy === null) return warned('The suite has no cases.')
  if (broken)
    return failed(
      `The case "${broken.id}" gives another result than it should: ${broken.message}`,
      undefined,
      details,
    )
  const result = `${cases - wrongTotal} of ${cases} cases give the right answer.`
  if (claimed !== undefined && accuracy < claimed - 0.02) {
    return warned(`${result} The description claims an accuracy of ${claimed}.`, details)
  }
  return passed(result, details)
}

/** One run on made-up numbers, for a model without cases; null where no shape that was tried runs. */
export async function runSample(
  model: RunnerModel,
  why: string,
): Promise<{ finding: Finding; sample: Sample | null; size: number }> {
  let refusal = ''
  const isVariable = model.inputs.some(({ shape }) => shape.slice(1).includes(-1))
  for (const size of isVariable ? trialSizes : trialSizes.slice(0, 1)) {
    try {
      const inputs = sampleTensors(model.inputs, size, 1, 1)
      const { outputs } = await model.run(copies(inputs))
      return {
        finding: skipped(`${why}; the model ran on made-up numbers.`),
        sample: { inputs, outputs },
        size,
      }
    } catch (error) {
      refusal ||= refusalText(error)
    }
  }
  const message = `${why}, and the model takes none of the made-up inputs that were tried: ${refusal}`
  return { finding: warned(message), sample: null, size: 1 }
}

const warmUpRuns = 3
const timedRunsMax = 50
const timedMsMax = 2000

/** Times single runs after a warm-up: at most so many, and no longer than so long. */
export async function timeRuns(
  model: RunnerModel,
  inputs: readonly Tensor[],
  clock: Clock,
  onRun: () => void,
): Promise<NonNullable<ValidationReport['latencyMs']>> {
  const times: number[] = []
  const end = clock.monotonic() + timedMsMax
  for (let run = -warmUpRuns; run < timedRunsMax && (times.length === 0 || clock.monotonic() < end); run++) {
    const copy = copies(inputs)
    const start = clock.monotonic()
    await model.run(copy)
    if (run >= 0) times.push(clock.monotonic() - start)
    onRun()
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { p50: at(0.5), p95: at(0.95), runs: times.length }
}

/** The most that the process held, beside what it held before the model came. */
export class MemoryWatch {
  readonly #runner: ModelRunner
  readonly #before: number | null
  #loaded: number | null = null
  #peak: number | null = null

  constructor(runner: ModelRunner) {
    this.#runner = runner
    this.#before = runner.residentBytes()
  }

  look(): void {
    const now = this.#runner.residentBytes()
    if (now === null || this.#before === null) return
    const grown = Math.max(0, now - this.#before)
    this.#loaded ??= grown
    this.#peak = Math.max(this.#peak ?? 0, grown)
  }

  get result(): ValidationReport['memory'] {
    return this.#loaded === null || this.#peak === null
      ? null
      : { loadedBytes: this.#loaded, peakBytes: this.#peak }
  }
}
