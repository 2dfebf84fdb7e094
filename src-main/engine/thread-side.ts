/** An engine thread: sessions of ONNX Runtime, and a journal slot that says what this thread is doing. */
import { transferable } from '../base/tensors.ts'
import { serveTasks } from '../base/threads.ts'
import type { EngineTask, EngineThreadData } from './engine-tasks.ts'
import { openJournal } from './journal.ts'
import { noneSealed, type OpenSealed } from './load-files.ts'
import { createSessions } from './sessions.ts'

export function runEngineThread(data: EngineThreadData, openSealed: OpenSealed = noneSealed): void {
  const sessions = createSessions(data.directory, openJournal(data.journal, data.thread), openSealed)
  serveTasks(async (posted) => {
    const task = posted as EngineTask // the other end is our own host, which is typed alike
    switch (task.type) {
      case 'load':
        return { value: await sessions.load(task.key, task.source, task.options) }
      case 'run': {
        const result = await sessions.run(task.key, task.inputs, task.outputs)
        return { value: result, transfer: transferable(result.outputs) }
      }
      case 'close':
        return { value: await sessions.close() }
      case 'unload':
        return { value: await sessions.unload(task.key) }
      case 'tune':
        return { value: await sessions.tune(task.key, task.inputs, task.budgetMs) }
      case 'devices':
        return { value: await sessions.devices() }
    }
  })
}
