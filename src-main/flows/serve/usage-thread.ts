/** The index of usage records in a thread of its own: it catches up when it is told to, and once more at the end. */
import { serveTasks, startThread } from '../../base/threads.ts'
import { createUsageIndexer, type UsageIndexer } from '../../metering/usage-indexer.ts'
import { dataPaths } from '../../store/data-paths.ts'
import { openUsageDatabase } from '../../store/open.ts'

/** `entry` is the file of the thread `usage-thread`. */
export function startUsageThread(entry: string, dataDir: string): UsageIndexer & { close(): Promise<void> } {
  const thread = startThread(entry, dataDir)
  const catchUp = async (): Promise<void> => {
    await thread.call('catch up', [])
  }
  return {
    catchUp,
    close: async () => {
      await catchUp()
      await thread.call('close', [])
      await thread.end()
    },
  }
}

/** The other side, in its thread: the one writer of usage.db. */
export function runUsageThread(dataDir: string): void {
  const db = openUsageDatabase(dataDir)
  const indexer = createUsageIndexer(dataPaths(dataDir).usage, db)
  serveTasks(async (task) => {
    if (task === 'close') db.close()
    else await indexer.catchUp()
    return { value: null }
  })
}
