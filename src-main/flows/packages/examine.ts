/** Has a folder of a package's files examined in a process of its own, and tells the job how far it is. */

import { machineMemory } from '../../base/machine-memory.ts'
import { limits } from '../../contract/limits.ts'
import { type GraphSummary, graphSummary } from '../../contract/package.ts'
import type { LabTask } from '../../contract/processes.ts'
import type { ValidationReport } from '../../contract/validation.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { startLab } from '../../lab/start-lab.ts'
import type { NodeContext } from '../node-context.ts'

export interface Examined {
  report: ValidationReport
  graph: GraphSummary | null
}

/** On a machine that has less than the limit, the node and whatever else runs there keep a quarter. */
export const examinationBytes = (machineBytes: number): number =>
  Math.min(limits.labAddressSpaceBytes, Math.floor(machineBytes * 0.75))

/** LAB_CRASHED where the process died, LAB_LIMIT where it went over its limits; a failed check is in the report. */
export async function examine(
  node: Pick<NodeContext, 'startChild'> & Partial<Pick<NodeContext, 'log'>>,
  directory: string,
  options: Pick<LabTask, 'skipRun' | 'packageFile' | 'package' | 'contentKey'>,
  watch: Pick<JobWork, 'signal' | 'report'>,
  span: { from: number; to: number },
): Promise<Examined> {
  const checks: ValidationReport['checks'] = []
  const { report, graph } = await startLab(
    node.startChild,
    { type: 'validate', directory, ...options, memoryBytesMax: examinationBytes(machineMemory()) },
    {
      signal: watch.signal,
      log: node.log,
      onCheck: (check, done, of) => {
        checks.push(check)
        watch.report(span.from + (span.to - span.from) * (done / Math.max(1, of)), check.title, {
          checks: [...checks],
        })
      },
    },
  )
  return { report, graph: graph === null ? null : graphSummary.parse(graph) }
}
