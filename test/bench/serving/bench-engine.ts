/** The engine threads of the serving process, with models of a benchmark in a folder of its own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngineThreads } from '../../../src-main/engine/engine-threads.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { sourceIn } from './models.ts'

export function benchEngine(threads: number) {
  const folder = temporaryFolder()
  const engine = createEngineThreads({
    threads,
    entry: join(import.meta.dirname, '../../../src-main/engine-thread.ts'),
    journal: join(folder, 'journal'),
    directory: join(folder, 'links'),
    onStuck: () => undefined,
  })
  return {
    engine,
    /** Writes the model and gives what loads it. */
    source: (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes)
      return sourceIn(folder, name, bytes.byteLength)
    },
  }
}
