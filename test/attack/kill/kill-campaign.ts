/**
 * Kills a counting process over and over, at random moments and at named points, now and then with a loss of power
 * (the tally and the anchor fall back to what was synced, and the machine has another boot id), then lets it run to the
 * end of the quota. The judge is the witness file: it may never hold more answers than the quota has units.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { QuotaFailPoint, QuotaUsage } from '../../../src-main/metering/quota/types.ts'
import { dataPaths } from '../../../src-main/store/data-paths.ts'

export interface CountingTask {
  folder: string
  witness: string
  boot: string
  now: number
  limit: number
  /** Each so-manieth request fails and is given back; 0: none. */
  failEvery: number
  /** '' or the point at whose so-manieth visit it kills itself. */
  dieAt: QuotaFailPoint | ''
  dieAtVisit: number
}

export interface CampaignCounts {
  kills: number
  atRandom: number
  atPoints: number
  powerLosses: number
  quota: number
  witnessed: number
  overAdmissions: number
  /** Charged and never witnessed: admitted as the process died, or forfeited with the power. */
  lost: number
  forfeited: number
  problems: string[]
}

/** All at which counting can be made to fail. */
export const failPoints: QuotaFailPoint[] = [
  'before-slot',
  'after-slot',
  'before-commit',
  'after-commit',
  'after-anchors',
  'before-note',
  'after-note',
]
const limitsTried = [400, 3000, 40_000, 1_000_000]
/** The small ones are used up sooner. */
const microsOf = (limit: number): number => (limit <= 3000 ? 12_000 : 60_000)
const killsOfRound = 6
/** Requests that the counting process answers in one turn, at most. */
export const turnMax = 5
/** Of a block; what a loss of power may forfeit. */
const blockMax = 1000

/** Numbers that a seed repeats (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function runKillCampaign(
  kills: number,
  seed: number,
  say: (line: string) => void = () => undefined,
): Promise<CampaignCounts> {
  const random = randomOf(seed)
  const counts: CampaignCounts = {
    kills: 0,
    atRandom: 0,
    atPoints: 0,
    powerLosses: 0,
    quota: 0,
    witnessed: 0,
    overAdmissions: 0,
    lost: 0,
    forfeited: 0,
    problems: [],
  }
  for (let round = 0; counts.kills < kills; round++) {
    await runRound(counts, round, random, Math.min(killsOfRound, kills - counts.kills))
    say(`${counts.kills} of ${kills} kills; ${counts.witnessed} answers of ${counts.quota} units`)
  }
  return counts
}

async function runRound(
  counts: CampaignCounts,
  round: number,
  random: () => number,
  kills: number,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'outpost-kill-'))
  const limit = limitsTried[round % limitsTried.length] ?? 300
  const task: CountingTask = {
    folder: join(root, 'data'),
    witness: join(root, 'witness'),
    boot: 'boot-0',
    now: Date.UTC(2026, 10, 21),
    limit,
    failEvery: round % 3 === 2 ? 50 : 0,
    dieAt: '',
    dieAtVisit: 0,
  }
  try {
    let powerLosses = 0
    let killed = 0
    while (killed < kills) {
      const atPoint = (round + killed) % 2 === 1
      const synced = syncedCopies(task.folder, root)
      const dieAt = failPoints[Math.floor(random() * failPoints.length)] ?? 'after-slot'
      const dieAtVisit = 1 + Math.floor(random() * 40)
      const died = atPoint
        ? await runUntilKilled({ ...task, dieAt, dieAtVisit }, null)
        : await runUntilKilled(task, random() * microsOf(limit))
      if (!died) break // it had come to the end of the quota
      killed += 1
      if (atPoint) counts.atPoints += 1
      else counts.atRandom += 1
      if (random() < 0.2) {
        synced.restore()
        task.boot = `boot-${killed}`
        powerLosses += 1
      }
    }
    counts.kills += killed
    counts.powerLosses += powerLosses
    judge(counts, task, await runToEnd(task), { kills: killed, powerLosses, round })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The files that are not synced while counting, as they were when the last process had started. */
function syncedCopies(folder: string, root: string) {
  const { quotaTally, quotaAnchor } = dataPaths(folder)
  const copies = [quotaTally, quotaAnchor].map((file, at) => ({ file, copy: join(root, `synced-${at}`) }))
  const there = copies.filter(({ file }) => existsSync(file))
  for (const { file, copy } of there) copyFileSync(file, copy)
  return {
    restore() {
      for (const { file, copy } of there) copyFileSync(copy, file)
    },
  }
}

const entry = join(import.meta.dirname, 'counting-process.ts')
const start = (task: CountingTask) =>
  spawn(process.execPath, [entry, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] })

/** False where it came to the end of the quota before. */
function runUntilKilled(task: CountingTask, afterMicros: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const child = start(task)
    child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL'))
    if (afterMicros === null) return
    child.stdout.once('data', () => {
      const at = performance.now() + afterMicros / 1000
      setTimeout(
        () => {
          while (performance.now() < at); // a timer knows milliseconds only
          child.kill('SIGKILL')
        },
        Math.max(0, afterMicros / 1000 - 1),
      )
    })
  })
}

function runToEnd(task: CountingTask): Promise<{ usage: QuotaUsage; anomalies: unknown[] }> {
  return new Promise((resolve, reject) => {
    const child = start(task)
    let out = ''
    child.stdout.on('data', (bytes) => {
      out += String(bytes)
    })
    child.once('close', (code) => {
      const line = out.trim().split('\n').at(-1) ?? ''
      if (code === 0 && line.startsWith('{')) resolve(JSON.parse(line))
      else reject(new Error(`the counting process ended with ${code}: ${out}`))
    })
  })
}

function judge(
  counts: CampaignCounts,
  task: CountingTask,
  { usage, anomalies }: { usage: QuotaUsage; anomalies: unknown[] },
  round: { kills: number; powerLosses: number; round: number },
): void {
  const marks = readFileSync(task.witness, 'latin1')
  const failed = marks.split('f').length - 1
  const answered = marks.length - failed
  const lost = task.limit - answered
  counts.quota += task.limit
  counts.witnessed += answered
  counts.overAdmissions += Math.max(0, -lost)
  counts.lost += Math.max(0, lost)
  counts.forfeited += usage.forfeited
  const problem = (what: string) => counts.problems.push(`round ${round.round}, limit ${task.limit}: ${what}`)
  if (lost < 0) problem(`${answered} answers`)
  if (usage.counted !== task.limit) problem(`ends at ${usage.counted}`)
  if (usage.forfeited > round.powerLosses * blockMax) problem(`${usage.forfeited} forfeited`)
  if (anomalies.length > 0) problem(`anomalies: ${JSON.stringify(anomalies)}`)
  // What was given back in an open block when the process died is lost with it, as are the answers of one turn on their way.
  const givenBackLost = task.failEvery > 0 ? round.kills * (blockMax / task.failEvery + 1) : 0
  if (lost > usage.forfeited + round.kills * turnMax + givenBackLost) problem(`${lost} lost`)
}
