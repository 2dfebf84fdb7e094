/** What the search for the best number of threads found: kept by control, looked up at the next load. */
import type { TuningRecord } from '../../contract/processes.ts'
import type { Tuning } from '../../engine/engine.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { findTuning } from '../../store/tables/tunings.ts'

export interface Tunings {
  find(versionId: string, executionProvider: string): Tuning | null
  /** What was deleted is measured again at the next load. */
  forget(versionId: string): void
  keep(versionId: string, executionProvider: string, tuning: Tuning): void
}

export function createTunings(db: NodeReader, tell: (record: TuningRecord) => void): Tunings {
  const found = new Map<string, Tuning>() // control may not have written them yet
  return {
    find: (versionId, executionProvider) =>
      found.get(`${versionId}|${executionProvider}`) ?? findTuning(db, versionId, executionProvider),
    forget: (versionId) => {
      for (const key of found.keys()) if (key.startsWith(`${versionId}|`)) found.delete(key)
    },
    keep: (versionId, executionProvider, tuning) => {
      found.set(`${versionId}|${executionProvider}`, tuning)
      tell({ versionId, executionProvider, ...tuning })
    },
  }
}
