/** Keeps what serving measured of a version on this machine, so that its next load need not measure it again. */
import { isoTime } from '../../base/clock.ts'
import type { TuningRecord } from '../../contract/processes.ts'
import { putTuning } from '../../store/tables/tunings.ts'
import type { NodeContext } from '../node-context.ts'

export const keepTuning = (node: NodeContext, measured: TuningRecord): void =>
  putTuning(node.db, { ...measured, originNode: node.nodeId, at: isoTime(node.clock) })
