/**
 * Starts a lab process for one task and gives its result. The package that it examines is not trusted: what goes
 * over a limit is LAB_LIMIT, a process that dies is LAB_CRASHED, and neither is a verdict on the package.
 */
import type { StartChild } from '../base/child.ts'
import { OutpostError, type WireError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { logLines } from '../base/output-lines.ts'
import { limits } from '../contract/limits.ts'
import { type LabTask, type LabToControl, labToControl } from '../contract/processes.ts'
import type { ValidationCheck } from '../contract/validation.ts'

export interface LabWatch {
  /** After each rung, in order; `done` of `of`. */
  onCheck?: (check: ValidationCheck, done: number, of: number) => void
  signal?: AbortSignal | undefined
  secondsMax?: number
  /** Takes what the process wrote by itself. */
  log?: Log | undefined
}

export type LabResult = Pick<Extract<LabToControl, { type: 'report' }>, 'report' | 'graph'>

/** LAB_CRASHED, LAB_LIMIT, the fault that the process met (DISK_FULL), or the signal's reason. */
export function startLab(startChild: StartChild, task: LabTask, watch: LabWatch = {}): Promise<LabResult> {
  const { signal, onCheck, secondsMax = limits.labSecondsMax, log } = watch
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = startChild('lab')
    const lastLines: string[] = []
    child.onLine((line) => {
      lastLines.push(line)
      if (lastLines.length > limits.lastLinesMax) lastLines.shift()
    })
    if (log) child.onLine(logLines(log, 'lab', Date.now))
    let settled = false
    const settle = (finish: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      child.kill() // it has said all it has to say, or says nothing any more
      finish()
    }
    const abort = () => settle(() => reject(signal?.reason))
    const timer = setTimeout(() => settle(() => reject(tooLong(secondsMax))), secondsMax * 1000)
    signal?.addEventListener('abort', abort)
    child.onMessage((raw) => {
      const parsed = labToControl.safeParse(raw)
      if (!parsed.success) {
        settle(() =>
          reject(new OutpostError('LAB_CRASHED', 'The lab process said something that is no message.')),
        )
        return
      }
      const message = parsed.data
      if (message.type === 'check') onCheck?.(message.check, message.done, message.of)
      else if (message.type === 'report')
        settle(() => resolve({ report: message.report, graph: message.graph }))
      else settle(() => reject(OutpostError.fromWire(message.failure as WireError)))
    })
    child.onExit((code) => settle(() => reject(endedError(code, task.memoryBytesMax, lastLines))))
    child.post(task)
  })
}

/** Its own watch, or the system's, ends a process that holds too much memory with SIGKILL; nobody else sends it. */
function endedError(code: number | string, memoryBytesMax: number, lastLines: string[]): OutpostError {
  if (code === 'SIGKILL') {
    return overLimit(`The examination needed more than ${Math.round(memoryBytesMax / 1e6)} MB of memory.`)
  }
  const telling = lastLines.findLast((line) => /error|exception|what\(\)/i.test(line)) ?? lastLines.at(-1)
  const wrote = telling === undefined ? '' : ` It last wrote: ${telling}`
  return new OutpostError('LAB_CRASHED', `The process that examined the package died (${code}).${wrote}`, {
    hint: 'Nothing was changed. Examine it again; if it dies again, the model crashes the runtime.',
    details: { lastLines },
  })
}

const tooLong = (secondsMax: number): OutpostError =>
  new OutpostError('LAB_LIMIT', `The examination took longer than ${secondsMax} seconds.`, {
    hint: 'Fewer cases in its suite take less; --skip-run leaves out the checks that run the model.',
  })

const overLimit = (message: string): OutpostError =>
  new OutpostError('LAB_LIMIT', message, { hint: 'A machine with more memory may be able to examine it.' })
