/** Entry of an engine thread, started by name by the host of the engine. */
import { workerData } from 'node:worker_threads'
import type { EngineThreadData } from './engine/engine-tasks.ts'
import { runEngineThread } from './engine/thread-side.ts'
import { openSealed } from './license/sealed-weights/open-sealed.ts'

runEngineThread(workerData as EngineThreadData, openSealed)
