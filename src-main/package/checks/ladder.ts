/**
 * The ladder of a validation: rungs that are run one after the other, each with a name that stays the same for ever.
 * A rung that fails ends the climb; what was not reached says so, so that a report always has all rungs.
 */
import type { Clock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import type { ValidationCheck } from '../../contract/validation.ts'

/** In the order in which they are run. */
const rungs = {
  structure: 'The package is whole',
  paths: 'Names stay inside the package',
  digests: 'Contents agree with their digests',
  signature: 'The signature fits',
  descriptor: 'The description is valid',
  documents: 'Card, license and guide are there',
  graph: 'The model is readable ONNX',
  'external-data': 'External weights are there',
  opsets: 'The operator sets are supported',
  operators: 'The operators are supported',
  datatypes: 'Inputs and outputs can be served',
  interface: 'The description fits the model',
  load: 'The runtime loads the model',
  cases: 'The sample cases run',
  batch: 'Batched and single results agree',
  latency: 'One run is timed',
  memory: 'Memory is measured',
} as const
export type RungName = keyof typeof rungs
export const rungNames = Object.keys(rungs) as RungName[]

export interface Finding {
  outcome: ValidationCheck['outcome']
  message: string
  hint?: string | undefined
  details?: Record<string, unknown> | undefined
}

export const passed = (message: string, details?: Record<string, unknown>): Finding => ({
  outcome: 'passed',
  message,
  details,
})
export const warned = (message: string, details?: Record<string, unknown>): Finding => ({
  outcome: 'warned',
  message,
  details,
})
export const skipped = (message: string): Finding => ({ outcome: 'skipped', message })
export const failed = (message: string, hint?: string, details?: Record<string, unknown>): Finding => ({
  outcome: 'failed',
  message,
  hint,
  details,
})

export class Ladder {
  readonly checks: ValidationCheck[] = []
  readonly #clock: Clock
  readonly #onCheck: (check: ValidationCheck) => void

  constructor(clock: Clock, onCheck: (check: ValidationCheck) => void) {
    this.#clock = clock
    this.#onCheck = onCheck
  }

  get hasFailed(): boolean {
    return this.checks.some(({ outcome }) => outcome === 'failed')
  }

  /** Runs one rung; a refusal that it throws is its failure, any other error is a fault of ours and goes on. */
  async climb(name: RungName, run: () => Finding | Promise<Finding>): Promise<void> {
    if (this.hasFailed) return
    const start = this.#clock.monotonic()
    const finding = await refusalAsFinding(run)
    this.#record(name, finding, this.#clock.monotonic() - start)
  }

  /** Records the rungs that were not run. */
  finish(): ValidationCheck[] {
    const cause = this.checks.find(({ outcome }) => outcome === 'failed')?.name
    for (const name of rungNames) {
      if (this.checks.some((check) => check.name === name)) continue
      this.#record(
        name,
        skipped(cause === undefined ? 'Not asked for.' : `Not reached, because "${cause}" failed.`),
        0,
      )
    }
    return this.checks
  }

  #record(name: RungName, { outcome, message, hint, details }: Finding, durationMs: number): void {
    const check: ValidationCheck = {
      name,
      title: rungs[name],
      outcome,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      durationMs: Math.round(durationMs * 1000) / 1000,
    }
    this.checks.push(check)
    this.#onCheck(check)
  }
}

async function refusalAsFinding(run: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof OutpostError) || error.code === 'DISK_FULL') throw error
    return failed(error.message, error.hint, { code: error.code, ...error.details })
  }
}
