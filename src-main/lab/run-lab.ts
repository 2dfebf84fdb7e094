/** The lab process: takes one task, reports each rung as it is climbed, gives the result and waits to be ended. */
import type { ParentChannel } from '../base/child.ts'
import { OutpostError } from '../base/errors.ts'
import { type LabTask, type LabToControl, labTask } from '../contract/processes.ts'
import type { ValidationCheck, ValidationReport } from '../contract/validation.ts'
import { limitMemory } from './memory-limit.ts'

/** What the entry composes: the rooms that know packages and models. Throws LAB_LIMIT where memory ran out. */
export type Examine = (
  task: LabTask,
  onCheck: (check: ValidationCheck, done: number, of: number) => void,
) => Promise<{ report: ValidationReport; graph: unknown }>

export function runLab(channel: ParentChannel, examine: Examine): void {
  const post = (message: LabToControl) => channel.post(message)
  channel.onClose(() => process.exit(0)) // control went away: nobody waits for the result
  channel.onMessage((raw) => {
    const task = labTask.parse(raw)
    limitMemory(task.memoryBytesMax)
    examine(task, (check, done, of) => post({ type: 'check', check, done, of })).then(
      ({ report, graph }) => post({ type: 'report', report, graph }),
      (error: unknown) => {
        if (!(error instanceof OutpostError)) throw error // a fault of ours is a crash, with its stack on stderr
        const { code, message, hint } = error
        post({ type: 'failed', failure: { code, message, ...(hint === undefined ? {} : { hint }) } })
      },
    )
  })
}
