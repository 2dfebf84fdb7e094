/**
 * Entry of the serving process: puts the rooms together that answer inference requests. Ctrl+C in a terminal, and a
 * service manager's stop, reach every process of the group, so signals are left to control, which drains this one.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parentChannel } from './base/child.ts'
import { openLog } from './base/log.ts'
import { programPlace } from './base/program-place.ts'
import { createEngineThreads } from './engine/engine-threads.ts'
import { journalPath } from './engine/journal.ts'
import { openLicensedServing } from './flows/serve/licensed-serving.ts'
import { createRequestBodies } from './flows/serve/request-bodies.ts'
import { startUsageThread } from './flows/serve/usage-thread.ts'
import { openUsageLog } from './metering/usage-log.ts'
import { serve } from './serving/serve.ts'
import type { OpenRooms } from './serving/serving-rooms.ts'
import { dataPaths } from './store/data-paths.ts'
import { readNodeDatabase } from './store/open.ts'

const place = programPlace(import.meta.dirname, import.meta.filename)
const entry = (name: string) => join(place.directory, `${name}${place.extension}`)
const indexEveryMs = 500

const openRooms: OpenRooms = async (config, onStuck) => {
  const paths = dataPaths(config.dataDir)
  const { log, close: closeLog } = openLog({ directory: paths.logs, level: config.logLevel, name: 'serving' })
  const nodeDb = readNodeDatabase(config.dataDir)
  const licensing = await openLicensedServing(config, nodeDb, log)
  const usage = await openUsageLog(paths.usage, Buffer.from(config.usageKey, 'hex'))
  const indexer = startUsageThread(entry('usage-thread'), config.dataDir)
  const indexNow = () =>
    indexer
      .catchUp()
      .catch((error: unknown) => log.error({ err: error }, 'usage records could not be indexed'))
  void indexNow() // what a killed process had not indexed; nobody waits for it
  const timer = setInterval(indexNow, indexEveryMs)

  // A model that is loaded from memory would look for undeclared files in the working directory: there are none here.
  const nowhere = join(paths.runtime, 'empty')
  mkdirSync(nowhere, { recursive: true })
  process.chdir(nowhere)

  const engine = createEngineThreads({
    threads: config.engineThreads,
    entry: entry('engine-thread'),
    journal: journalPath(config.dataDir),
    directory: join(paths.trees, 'serving'),
    ...(config.runSecondsMax === undefined ? {} : { runSecondsMax: config.runSecondsMax }),
    onStuck,
  })
  const bodies = createRequestBodies(entry('prepare-thread'))
  return {
    nodeDb,
    engine,
    processing: bodies,
    licensing,
    record: (row) => usage.append(row, row.license === null ? null : licensing.noteCounts),
    log,
    version: place.version,
    protoFile: place.protoFile,
    close: async () => {
      clearInterval(timer)
      usage.close()
      await licensing.close()
      await indexer.close()
      await bodies.close()
      nodeDb.close()
      await closeLog()
    },
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
serve(parentChannel(), openRooms)
