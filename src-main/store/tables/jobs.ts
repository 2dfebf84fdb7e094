/** Jobs: background work that outlives its process. The row is written first; whoever runs it owns its state. */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { jobState } from '../../contract/choices.ts'
import { failure, type JobRow, jobRow } from '../../contract/views.ts'
import { inTransaction, type NodeReader, type NodeWriter, readJson, readJsonOrNull, sql } from '../sqlite.ts'
import { nodeId } from './meta.ts'

type JobKind = JobRow['kind']
export type JobState = JobRow['state']

/** What whoever takes a job up needs to know. */
export interface JobToRun {
  id: string
  kind: JobKind
  target: string
  attempts: number
  input: Record<string, unknown>
}

/** Fields that are absent stay as they are. */
type JobChange = Partial<
  Pick<JobRow, 'state' | 'progress' | 'step' | 'failure' | 'output' | 'startedAt' | 'finishedAt'>
> & { attempts?: number }

export interface JobTable {
  insert(job: {
    id: string
    kind: JobKind
    target: string
    input: Record<string, unknown>
    createdAt: string
  }): void
  /** The row as it is after the change. JOB_NOT_FOUND. */
  update(id: string, change: JobChange): JobRow
  /** JOB_NOT_FOUND. */
  require(id: string): JobRow
  input(id: string): Record<string, unknown>
  /** The oldest queued job that is none of these. */
  nextQueued(without: readonly string[]): JobToRun | null
  /** Jobs that read "running": after a start, those that the last process left. */
  running(): JobToRun[]
  /** Newest first. */
  list(query: { state?: JobState | undefined; offset: number; limit: number }): {
    rows: JobRow[]
    total: number
  }
  countActive(): number
  /** Of jobs that go on, and of those that did not succeed and ended after this time: they may be done again. */
  inputsInUse(endedAfter: string): Record<string, unknown>[]
  /** Of jobs that did not succeed and ended before that. */
  inputsGivenUp(endedBefore: string): Record<string, unknown>[]
  /** Deletes ended jobs that finished before this time; returns how many. */
  sweep(finishedBefore: string): number
}

interface Stored {
  id: string
  kind: string
  target: string
  state: string
  progress: number | null
  step: string | null
  failure: string | null
  output: string | null
  input: string
  attempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

const columns = `id, kind, target, state, progress, step, failure, output, input, attempts,
  created_at as createdAt, started_at as startedAt, finished_at as finishedAt`

const jsonObject = z.record(z.string(), z.unknown())
const kind = jobRow.shape.kind

const toRow = (stored: Stored): JobRow => ({
  id: stored.id,
  kind: kind.parse(stored.kind),
  target: stored.target,
  state: jobState.parse(stored.state),
  progress: stored.progress,
  step: stored.step,
  failure: readJsonOrNull(failure, stored.failure, 'failure'),
  output: readJsonOrNull(jsonObject, stored.output, 'job output'),
  createdAt: stored.createdAt,
  startedAt: stored.startedAt,
  finishedAt: stored.finishedAt,
})

const toRun = (stored: Stored): JobToRun => ({
  id: stored.id,
  kind: kind.parse(stored.kind),
  target: stored.target,
  attempts: stored.attempts,
  input: readJson(jsonObject, stored.input, 'job input'),
})

export function jobTable(db: NodeWriter): JobTable {
  const origin = nodeId(db)
  const byId = (id: string): Stored => {
    const stored = sql<Stored>(db, `select ${columns} from jobs where id = ?`).get(id)
    if (!stored) throw new OutpostError('JOB_NOT_FOUND', `There is no job ${id}.`)
    return stored
  }
  return {
    insert(job) {
      inTransaction(db, () =>
        sql(
          db,
          `insert into jobs (id, origin_node, kind, target, state, input, created_at) values (?, ?, ?, ?, 'queued', ?, ?)`,
        ).run(job.id, origin, job.kind, job.target, JSON.stringify(job.input), job.createdAt),
      )
    },
    update: (id, change) =>
      inTransaction(db, () => {
        const next = { ...toRow(byId(id)), attempts: byId(id).attempts, ...change }
        sql(
          db,
          `update jobs set state = ?, progress = ?, step = ?, failure = ?, output = ?, attempts = ?, started_at = ?,
            finished_at = ?, revision = revision + 1 where id = ?`,
        ).run(
          next.state,
          next.progress,
          next.step,
          next.failure && JSON.stringify(next.failure),
          next.output && JSON.stringify(next.output),
          next.attempts,
          next.startedAt,
          next.finishedAt,
          id,
        )
        return toRow(byId(id))
      }),
    require: (id) => toRow(byId(id)),
    input: (id) => toRun(byId(id)).input,
    nextQueued(without) {
      const stored = sql<Stored>(
        db,
        `select ${columns} from jobs where state = 'queued' and id not in (select value from json_each(?))
          order by created_at, id limit 1`,
      ).get(JSON.stringify(without))
      return stored ? toRun(stored) : null
    },
    running: () =>
      sql<Stored>(db, `select ${columns} from jobs where state = 'running' order by created_at, id`)
        .all()
        .map(toRun),
    list: (query) => listJobs(db, query),
    countActive: () => countActiveJobs(db),
    inputsInUse: (endedAfter) =>
      inputsWhere(db, `state <> 'done' and (finished_at is null or finished_at >= ?)`, endedAfter),
    inputsGivenUp: (endedBefore) => inputsWhere(db, `state <> 'done' and finished_at < ?`, endedBefore),
    sweep: (finishedBefore) =>
      sql(db, `delete from jobs where finished_at < ? and state not in ('queued', 'running')`).run(
        finishedBefore,
      ).changes,
  }
}

const inputsWhere = (db: NodeReader, condition: string, time: string): Record<string, unknown>[] =>
  sql<Stored>(db, `select ${columns} from jobs where ${condition} order by created_at, id`)
    .all(time)
    .map((stored) => toRun(stored).input)

function listJobs(
  db: NodeReader,
  query: { state?: JobState | undefined; offset: number; limit: number },
): { rows: JobRow[]; total: number } {
  const where = query.state === undefined ? '' : 'where state = @state'
  const parameters = query.state === undefined ? {} : { state: query.state }
  const rows = sql<Stored>(
    db,
    `select ${columns} from jobs ${where} order by created_at desc, id desc limit @limit offset @offset`,
  )
    .all({ ...parameters, limit: query.limit, offset: query.offset })
    .map(toRow)
  const counted = sql<{ total: number }>(db, `select count(*) as total from jobs ${where}`).get(parameters)
  return { rows, total: counted?.total ?? 0 }
}

function countActiveJobs(db: NodeReader): number {
  const counted = sql<{ total: number }>(
    db,
    `select count(*) as total from jobs where state in ('queued', 'running')`,
  ).get()
  return counted?.total ?? 0
}
