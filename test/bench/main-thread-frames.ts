/**
 * Reads a trace of Chromium: how long the tasks of the page's main thread ran from one frame to the next. Time on the
 * processor is taken where the trace has it, so that waiting for a busy machine does not count as work.
 */
import { z } from 'zod'

const timeline = 'disabled-by-default-devtools.timeline'
/** The tasks and the frames, and nothing else: a fuller trace is work of its own. */
export const traceCategories = [timeline, `${timeline}.frame`]

const traceEvent = z.object({
  name: z.string(),
  cat: z.string().default(''),
  pid: z.number(),
  tid: z.number(),
  /** Microseconds, as the two durations are: by the clock, and on the processor. */
  ts: z.number().default(0),
  dur: z.number().default(0),
  tdur: z.number().optional(),
})
const trace = z.object({ traceEvents: z.array(traceEvent) })

/** Milliseconds of work in each frame, in the order of the frames. */
export function mainThreadFrames(bytes: Buffer): number[] {
  const { traceEvents } = trace.parse(JSON.parse(bytes.toString('utf8')))
  const isFrame = ({ name }: { name: string }) => name === 'BeginMainThreadFrame'
  const page = traceEvents.find(isFrame)
  if (!page) throw new Error('the trace has no frame of a page')
  const events = traceEvents
    .filter(({ pid, tid }) => pid === page.pid && tid === page.tid)
    // A frame begins within the task that makes it, so a task belongs to the frame in which it ends.
    .toSorted((a, b) => a.ts + a.dur - (b.ts + b.dur))
  const work: number[] = []
  for (const event of events) {
    const frame = work.length - 1
    if (isFrame(event)) work.push(0)
    else if (event.name === 'RunTask' && event.cat === timeline && frame >= 0)
      work[frame] = (work[frame] ?? 0) + (event.tdur ?? event.dur) / 1000
  }
  return work
}
