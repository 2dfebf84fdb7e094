/**
 * Background work that outlives the request and the process: a job is a row first and work second. Queued ones go on
 * after a restart; a running one starts once more, and reads "interrupted" where that too was cut off.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, isoTime } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import { asDiskError } from '../base/files.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { limits } from '../contract/limits.ts'
import { type JobRow, jobEndStates } from '../contract/views.ts'
import type { JobTable, JobToRun } from '../store/tables/jobs.ts'

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
/** How soon a full disk is asked again whether it takes a row. */
const diskRetryMs = 1000

type Settle = (id: string, change: Parameters<JobTable['update']>[1]) => void

interface Running {
  controller: AbortController
  finished: Promise<void>
  cancelled: boolean
}

export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { table, clock, log, onChange } = options
  const running = new Map<string, Running>()
  const waiting = new Map<string, Array<(row: JobRow) => void>>()
  const stopped = new AbortController()
  const now = (): string => isoTime(clock)

  const settle: Settle = (id, change) => {
    const row = table.update(id, change)
    onChange(id)
    if (!jobEndStates.has(row.state)) return
    for (const resolve of waiting.get(id) ?? []) resolve(row)
    waiting.delete(id)
  }
  const work = createWork(options, settle, stopped.signal)

  function next(): void {
    while (!stopped.signal.aborted && running.size < runningMax) {
      const job = table.nextQueued([...running.keys()])
      if (!job) return
      const entry: Running = {
        controller: new AbortController(),
        finished: Promise.resolve(),
        cancelled: false,
      }
      running.set(job.id, entry)
      entry.finished = work(job, entry)
        .catch((error: unknown) =>
          log.error({ jobId: job.id, err: error }, 'a job could not be written down'),
        )
        .finally(() => {
          running.delete(job.id)
          next()
        })
    }
  }

  return {
    submit(kind, target, input) {
      if (table.countActive() >= limits.jobsQueuedMax) {
        throw new OutpostError('TOO_MANY_REQUESTS', `${limits.jobsQueuedMax} jobs are waiting already.`, {
          hint: 'Wait until some have ended, or cancel them.',
        })
      }
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
      else throw jobState(row, 'only a queued or running one can be cancelled')
      return table.require(id)
    },
    retry(id) {
      const row = table.require(id)
      if (!jobEndStates.has(row.state) || row.state === 'done')
        throw jobState(row, 'only one that failed, was cancelled or interrupted can be done again')
      settle(id, { ...fresh, state: 'queued', attempts: 0, output: null, startedAt: null, finishedAt: null })
      setImmediate(next)
      return table.require(id)
    },
    recover() {
      for (const { id, attempts } of table.running()) {
        if (attempts < attemptsMax) settle(id, { state: 'queued', progress: null, step: null })
        else settle(id, { state: 'interrupted', finishedAt: now() })
      }
      next()
    },
    async stop() {
      stopped.abort()
      for (const entry of running.values()) entry.controller.abort()
      await Promise.all([...running.values()].map((entry) => entry.finished))
    },
    ended(id) {
      const row = table.require(id)
      if (jobEndStates.has(row.state)) return Promise.resolve(row)
      return new Promise((resolve) => void waiting.set(id, [...(waiting.get(id) ?? []), resolve]))
    },
  }
}

const fresh = { failure: null, progress: null, step: null }

const jobState = ({ state }: JobRow, rule: string): OutpostError =>
  new OutpostError('JOB_STATE', `The job is ${state}; ${rule}.`)

/** One job from its first row to its last; `stopped` puts it back into the queue. */
function createWork(options: JobRunnerOptions, settle: Settle, stopped: AbortSignal) {
  const { clock, log, handlers } = options
  const now = (): string => isoTime(clock)

  /** On a full disk not even the state of a job can be written; it is as soon as there is room again. */
  async function write(id: string, change: Parameters<Settle>[1]): Promise<void> {
    for (;;) {
      try {
        return settle(id, change)
      } catch (error) {
        if (!(error instanceof OutpostError && error.code === 'DISK_FULL') || stopped.aborted) throw error
        await sleep(diskRetryMs, undefined, { ref: false, signal: stopped }).catch(() => undefined)
      }
    }
  }

  function reporter(id: string): JobWork['report'] {
    let written = Number.NEGATIVE_INFINITY
    return (progress, step, details) => {
      const at = clock.monotonic()
      if (at - written < reportEveryMs && progress !== 1 && details === undefined) return
      written = at
      settle(id, {
        progress,
        ...(step === undefined ? {} : { step }),
        ...(details === undefined ? {} : { output: details }),
      })
    }
  }

  function failureOf(job: JobToRun, caught: unknown): JobRow['failure'] {
    const error = asDiskError(caught)
    if (error instanceof OutpostError) return error.toWire()
    log.error({ jobId: job.id, kind: job.kind, err: error }, 'a job failed')
    return {
      code: 'INTERNAL',
      message: 'The node failed on this job.',
      hint: `The log has the details under job ${job.id}.`,
    }
  }

  return async (job: JobToRun, entry: Running): Promise<void> => {
    const { id, kind, input, attempts } = job
    const { signal } = entry.controller
    try {
      await write(id, { ...fresh, state: 'running', attempts: attempts + 1, startedAt: now() })
      signal.throwIfAborted()
      const output = await handlers[kind]({ id, input, signal, report: reporter(id) })
      const done = { state: 'done' as const, progress: 1, step: null, finishedAt: now() }
      await write(id, { ...done, ...(output ? { output } : {}) })
    } catch (error) {
      if (entry.cancelled) await write(id, { state: 'cancelled', finishedAt: now() })
      else if (stopped.aborted) await write(id, { ...fresh, state: 'queued', attempts: 0 })
      else await write(id, { state: 'failed', finishedAt: now(), failure: failureOf(job, error) })
    }
  }
}
