/**
 * A short measured search for the number of operator threads that answers soonest. It looks at p99 and not at the
 * mean: more threads shorten the usual run of a large model and lengthen the worst run of a small one. Idle threads
 * never spin: at 100 requests a second that burns a core, whatever it gains.
 */
import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'

interface Candidate {
  intraOpThreads: number
  session: InferenceSession
}

interface Measured extends Candidate {
  p50Ms: number
  p99Ms: number
}

interface SearchOptions {
  /** What one more session takes. */
  loadMs: number
  budgetMs: number
  create: (intraOpThreads: number) => Promise<InferenceSession>
}

type Feeds = Parameters<InferenceSession['run']>[0]

/** Runs that end sooner gain nothing from a second thread, which has to be woken. */
const worthMs = 0.04
/** More threads must be so much sooner to be worth the processors that they take. */
const gain = 0.9
const windows = 3
const runsPerWindow = 100

/** The sessions that are not chosen are released, the first one among them. */
export async function searchThreads(
  first: Candidate,
  feeds: Feeds,
  { loadMs, budgetMs, create }: SearchOptions,
): Promise<Measured> {
  const until = performance.now() + budgetMs
  const others = threadCounts(availableParallelism()).filter((count) => count !== first.intraOpThreads)
  const share = Math.max(20, (budgetMs - others.length * loadMs) / (others.length + 1))
  let best = { ...first, ...(await measure(first.session, feeds, share)) }
  if (best.p50Ms < worthMs && first.intraOpThreads === 1) return best
  for (const intraOpThreads of others) {
    if (performance.now() + loadMs + share > until) break
    const session = await create(intraOpThreads)
    const found = { intraOpThreads, session, ...(await measure(session, feeds, share)) }
    const [few, many] = found.intraOpThreads < best.intraOpThreads ? [found, best] : [best, found]
    const next = many.p99Ms < few.p99Ms * gain && many.p50Ms < few.p50Ms * gain ? many : few
    await (next === found ? best : found).session.release()
    best = next
  }
  return best
}

/** 1, 2, 4 … and all of them. */
function threadCounts(parallelism: number): number[] {
  const counts = [1]
  for (let count = 2; count < parallelism; count *= 2) counts.push(count)
  if (parallelism > 1) counts.push(parallelism)
  return counts
}

/** The median of some windows, so that a busy moment of the machine decides nothing. */
async function measure(session: InferenceSession, feeds: Feeds, ms: number) {
  await session.run(feeds)
  await session.run(feeds)
  const p50: number[] = []
  const p99: number[] = []
  for (let window = 0; window < windows; window++) {
    const until = performance.now() + ms / windows
    const took: number[] = []
    do {
      const started = performance.now()
      await session.run(feeds)
      took.push(performance.now() - started)
    } while (took.length < runsPerWindow && performance.now() < until)
    took.sort((a, b) => a - b)
    p50.push(took[Math.floor(took.length * 0.5)] ?? 0)
    p99.push(took[Math.ceil(took.length * 0.99) - 1] ?? 0)
  }
  return { p50Ms: middle(p50), p99Ms: middle(p99) }
}

const middle = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
