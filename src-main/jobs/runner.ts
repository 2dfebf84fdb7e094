/**
 * Background work that outlives the request and the process: a job is a row first and work second. Queued ones go on
 * after a restart; a running one starts once more, and reads "interrupted" where that too was cut off.
 */
import type { Clock } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import { asDiskError } from '../base/files.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { JobRow } from '../contract/views.ts'
import type { JobTable } from '../store/jobs.ts'

export type JobKind = JobRow['kind']

/** What a job's work is given; `report` is cheap to call often, rows are written at most four times a second. */
export interface JobWork {
  id: string
  input: Record<string, unknown>
  signal: AbortSignal
  report(progress: number | null, step?: string, details?: Record<string, unknown>): void
}

/** Returns the job's output. Throws OutpostError where it is refused, anything else where it failed. */
export type JobHandler = (work: JobWork) => Promise<Record<string, unknown> | undefined>

export interface JobRunner {
  /** Writes the row and runs it in its turn; returns its id. */
  submit(kind: JobKind, target: string, input: Record<string, unknown>): string
  cancel(id: string): JobRow
  retry(id: string): JobRow
  /** Takes up what the last process left. */
  recover(): void
  /** Stops taking work and waits for the running job, which is told to stop and goes back to the queue. */
  stop(): Promise<void>
  /** Resolves when the job has ended, in whatever state. */
  ended(id: string): Promise<JobRow>
}

export interface JobRunnerOptions {
  table: JobTable
  clock: Clock
  log: Log
  handlers: Record<JobKind, JobHandler>
  onChange(id: string): void
}

/** Two at a time: one may wait for the disk while the other runs a model. */
const runningMax = 2
const attemptsMax = 2
const reportEveryMs = 250
const ended = new Set<JobRow['state']>(['done', 'failed', 'cancelled', 'interrupted'])

export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { table, clock, log, handlers, onChange } = options
  const running = new Map<
    string,
    { controller: AbortController; finished: Promise<void>; cancelled: boolean }
  >()
  const waiting = new Map<string, Array<(row: JobRow) => void>>()
  let stopping = false

  const now = (): string => new Date(clock.now()).toISOString()

  function settle(id: string, change: Parameters<JobTable['update']>[1]): void {
    const row = table.update(id, change)
    onChange(id)
    if (!ended.has(row.state)) return
    for (const resolve of waiting.get(id) ?? []) resolve(row)
    waiting.delete(id)
  }

  function next(): void {
    while (!stopping && running.size < runningMax) {
      const queued = table.nextQueued([...running.keys()])
      if (!queued) return
      start(queued)
    }
  }

  function start(job: { id: string; kind: JobKind; attempts: number; input: Record<string, unknown> }): void {
    const controller = new AbortController()
    const entry = { controller, finished: Promise.resolve(), cancelled: false }
    running.set(job.id, entry)
    settle(job.id, {
      state: 'running',
      attempts: job.attempts + 1,
      startedAt: now(),
      failure: null,
      progress: null,
      step: null,
    })
    entry.finished = work(job, entry).finally(() => {
      running.delete(job.id)
      next()
    })
  }

  async function work(
    job: { id: string; kind: JobKind; input: Record<string, unknown> },
    entry: { controller: AbortController; cancelled: boolean },
  ): Promise<void> {
    let written = 0
    const report: JobWork['report'] = (progress, step, details) => {
      const at = clock.monotonic()
      if (at - written < reportEveryMs && progress !== 1 && details === undefined) return
      written = at
      settle(job.id, {
        progress,
        ...(step === undefined ? {} : { step }),
        ...(details === undefined ? {} : { output: details }),
      })
    }
    try {
      const output = await handlers[job.kind]({
        id: job.id,
        input: job.input,
        signal: entry.controller.signal,
        report,
      })
      settle(job.id, {
        state: 'done',
        progress: 1,
        step: null,
        finishedAt: now(),
        ...(output ? { output } : {}),
      })
    } catch (caught) {
      const error = asDiskError(caught)
      if (entry.cancelled) settle(job.id, { state: 'cancelled', finishedAt: now() })
      else if (stopping && entry.controller.signal.aborted)
        settle(job.id, { state: 'queued', progress: null, step: null, attempts: 0 })
      else {
        const known = error instanceof OutpostError
        if (!known) log.error({ jobId: job.id, kind: job.kind, err: error }, 'a job failed')
        const failure = known
          ? error.toWire()
          : {
              code: 'INTERNAL' as const,
              message: 'The node failed on this job.',
              hint: `The log has the details under job ${job.id}.`,
            }
        settle(job.id, { state: 'failed', finishedAt: now(), failure })
      }
    }
  }

  return {
    submit(kind, target, input) {
      const id = newId()
      table.insert({ id, kind, target, input, createdAt: now() })
      onChange(id)
      setImmediate(next)
      return id
    },
    cancel(id) {
      const row = table.require(id)
      const entry = running.get(id)
      if (entry) {
        entry.cancelled = true
        entry.controller.abort()
      } else if (row.state === 'queued') settle(id, { state: 'cancelled', finishedAt: now() })
      else
        throw new OutpostError(
          'JOB_STATE',
          `The job is ${row.state}; only a queued or running one can be cancelled.`,
        )
      return table.require(id)
    },
    retry(id) {
      const row = table.require(id)
      if (!ended.has(row.state) || row.state === 'done') {
        throw new OutpostError(
          'JOB_STATE',
          `The job is ${row.state}; only one that failed, was cancelled or interrupted can be done again.`,
        )
      }
      settle(id, {
        state: 'queued',
        attempts: 0,
        failure: null,
        progress: null,
        step: null,
        output: null,
        startedAt: null,
        finishedAt: null,
      })
      setImmediate(next)
      return table.require(id)
    },
    recover() {
      for (const job of table.running()) {
        const again = job.attempts < attemptsMax
        settle(
          job.id,
          again
            ? { state: 'queued', progress: null, step: null }
            : { state: 'interrupted', finishedAt: now() },
        )
      }
      next()
    },
    async stop() {
      stopping = true
      for (const entry of running.values()) entry.controller.abort()
      await Promise.allSettled([...running.values()].map((entry) => entry.finished))
    },
    ended(id) {
      const row = table.require(id)
      if (ended.has(row.state)) return Promise.resolve(row)
      return new Promise((resolve) => void waiting.set(id, [...(waiting.get(id) ?? []), resolve]))
    },
  }
}
