/**
 * Validates a package or a source folder: a ladder of named checks, first those that read, then those that run.
 * Meant for a process of its own under limits of time and memory, because the package is not trusted yet.
 */
import { type Clock, isoTime, systemClock } from '../../base/clock.ts'
import { bytesText, grouped } from '../../base/quantities.ts'
import type { GraphSummary } from '../../contract/package.ts'
import type { ValidationCheck, ValidationReport } from '../../contract/validation.ts'
import { type BatchResult, checkBatch } from './batch-check.ts'
import { checkDocuments } from './documents-check.ts'
import { checkDatatypes, checkOperators, checkOpsets } from './graph-checks.ts'
import { checkInterface } from './interface-check.ts'
import { Ladder, passed, skipped } from './ladder.ts'
import type { CreateProcessing, ModelRunner, RunnerFiles, RunnerModel } from './model-runner.ts'
import { type OpenSealedFiles, openSubject, type Subject, type ValidationInput } from './open-subject.ts'
import { loadedFinding, MemoryWatch, runCases, runSample, type Sample, timeRuns } from './run-checks.ts'

export interface ValidateOptions {
  runner: ModelRunner
  /** Needed for packages with a suite; without it the cases are not run. */
  processing?: CreateProcessing | undefined
  /** Where the weights are sealed and their key is at hand. */
  openSealed?: OpenSealedFiles | undefined
  /** True leaves out the rungs that run the model. */
  skipRun?: boolean | undefined
  /** Called after each rung, in order. */
  onCheck?: ((check: ValidationCheck) => void) | undefined
  signal?: AbortSignal | undefined
  clock?: Clock | undefined
}

export interface Validation {
  report: ValidationReport
  /** Null where the model could not be read. */
  graph: GraphSummary | null
}

/**
 * Gives a report whatever the package is; a rung that fails ends the climb. Throws only for faults of the machine
 * (DISK_FULL, a broken engine) and the signal's reason.
 */
export async function validate(input: ValidationInput, options: ValidateOptions): Promise<Validation> {
  const clock = options.clock ?? systemClock
  const ladder = new Ladder(clock, options.onCheck ?? (() => undefined))
  const subject = await openSubject(input, ladder, options.openSealed)
  if (subject) await checkStatically(subject, ladder, options.runner)
  const measured =
    subject && !ladder.hasFailed && !options.skipRun
      ? await checkByRunning(subject, ladder, options, clock)
      : nothingMeasured
  const checks = ladder.finish()
  const report: ValidationReport = {
    verdict: ladder.hasFailed ? 'failed' : 'passed',
    checks,
    ...measured,
    runtime: options.runner.runtime,
    at: isoTime(clock),
  }
  return { report, graph: subject?.source.graph ?? null }
}

async function checkStatically(subject: Subject, ladder: Ladder, { runtime }: ModelRunner): Promise<void> {
  const { descriptor, graph } = subject.source
  await ladder.climb('descriptor', () =>
    passed(`${descriptor.id} ${descriptor.version}, ${descriptor.task}.`),
  )
  await ladder.climb('documents', () => checkDocuments(subject))
  await ladder.climb('graph', () =>
    passed(`${grouped(graph.parameterCount)} parameters, from ${graph.producer || 'an unnamed producer'}.`),
  )
  await ladder.climb('external-data', () =>
    graph.externalData.length === 0
      ? skipped('All weights lie in the model file.')
      : passed(`${graph.externalData.length} tensors in ${descriptor.model.externalData.length} files.`),
  )
  await ladder.climb('opsets', () => checkOpsets(graph, runtime))
  await ladder.climb('operators', () => checkOperators(graph, runtime))
  await ladder.climb('datatypes', () => checkDatatypes(graph))
  await ladder.climb('interface', () => checkInterface(subject))
}

type Measured = Pick<ValidationReport, 'batchSafe' | 'latencyMs' | 'memory' | 'measured'>
const nothingMeasured: Measured = { batchSafe: null, latencyMs: null, memory: null, measured: null }

async function checkByRunning(
  subject: Subject,
  ladder: Ladder,
  options: ValidateOptions,
  clock: Clock,
): Promise<Measured> {
  const memory = new MemoryWatch(options.runner)
  let model: RunnerModel | undefined
  await ladder.climb('load', async () => {
    model = await options.runner.load(runnerFiles(subject))
    memory.look()
    return loadedFinding(model, subject.source)
  })
  if (!model) return nothingMeasured
  try {
    return { ...(await runModel(subject, model, ladder, options, clock, memory)), memory: memory.result }
  } finally {
    await model.unload()
  }
}

async function runModel(
  subject: Subject,
  model: RunnerModel,
  ladder: Ladder,
  { processing, signal }: ValidateOptions,
  clock: Clock,
  memory: MemoryWatch,
): Promise<Measured> {
  const measured: Measured = { ...nothingMeasured }
  let samples: Sample[] = []
  let size = 1
  await ladder.climb('cases', async () => {
    const { descriptor, files } = subject.source
    const suite = files.find(({ path }) => path === descriptor.suite)?.content
    if (suite !== undefined && processing) {
      const result = await runCases(
        subject,
        suite,
        model,
        await processing({ ...subject.source, folder: subject.folder }),
        signal,
      )
      samples = result.samples
      measured.measured = result.measured
      return result.finding
    }
    const result = await runSample(
      model,
      suite === undefined ? 'The package has no suite' : 'Nothing is at hand to prepare the cases',
    )
    samples = result.sample ? [result.sample] : []
    size = result.size
    return result.finding
  })
  const [sample] = samples
  await ladder.climb('batch', async () => {
    if (!sample) return skipped('No input is known that the model takes.')
    const isSuite = measured.measured !== null
    const result: BatchResult = await checkBatch(model, isSuite ? samples : [], size)
    measured.batchSafe = result.batchSafe
    return result.finding
  })
  await ladder.climb('latency', async () => {
    if (!sample) return skipped('No input is known that the model takes.')
    signal?.throwIfAborted()
    measured.latencyMs = await timeRuns(model, sample.inputs, clock, () => memory.look())
    const { p50, p95, runs } = measured.latencyMs
    return passed(
      `${p50.toFixed(3)} ms in the middle, ${p95.toFixed(3)} ms at the 95th percentile of ${runs} runs.`,
    )
  })
  await ladder.climb('memory', () => {
    memory.look()
    const result = memory.result
    if (!result) return skipped('The engine does not tell how much memory it holds.')
    return passed(`${bytesText(result.loadedBytes)} after loading, ${bytesText(result.peakBytes)} at most.`)
  })
  return measured
}

function runnerFiles({ source, folder }: Subject): RunnerFiles {
  const { model, sealed } = source.descriptor
  const { file, externalData } = model
  const bytes = source.files.reduce((sum, { kind, bytes }) => (kind === 'weight' ? sum + bytes : sum), 0)
  return { folder, modelFile: file, externalData, bytes, plainDigests: sealed?.digests }
}
