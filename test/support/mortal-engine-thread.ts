/** An engine thread of a test that ends when it is asked to run an input named "die". */
import { parentPort, workerData } from 'node:worker_threads'
import type { EngineTask, EngineThreadData } from '../../src-main/engine/engine-tasks.ts'
import { runEngineThread } from '../../src-main/engine/thread-side.ts'

parentPort?.on('message', ({ task }: { task: EngineTask }) => {
  if (task.type === 'run' && task.inputs.some(({ name }) => name === 'die')) process.exit(1)
})
runEngineThread(workerData as EngineThreadData)
