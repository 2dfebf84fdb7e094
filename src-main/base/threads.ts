/**
 * A worker thread behind one call: post a task, get its answer. Errors cross as their wire form; the tasks of one
 * thread are done one after the other, in the order in which they were called.
 */
import { parentPort, type Transferable, Worker } from 'node:worker_threads'
import { assert } from './assert.ts'
import { OutpostError, type WireError } from './errors.ts'

interface Answer {
  id: number
  value?: unknown
  error?: WireError
}

export interface Thread {
  call(task: unknown, transfer: readonly Transferable[]): Promise<unknown>
  /** Called once when the thread ends by itself; its open calls are rejected first. */
  onExit(listener: (reason: string) => void): void
  end(): Promise<void>
  /** Stops waiting for a thread that cannot be ended: its process can no longer exit but by SIGKILL. */
  abandon(reason: OutpostError): void
}

export function startThread(file: URL | string, data: unknown): Thread {
  const worker = new Worker(file, { workerData: data })
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const exitListeners: Array<(reason: string) => void> = []
  let next = 0
  let cause = 'it ended'
  let ended = false

  const rejectAll = (error: OutpostError) => {
    for (const call of open.values()) call.reject(error)
    open.clear()
  }
  worker.on('message', (answer: Answer) => {
    const call = open.get(answer.id)
    open.delete(answer.id)
    if (answer.error) call?.reject(OutpostError.fromWire(answer.error))
    else call?.resolve(answer.value)
  })
  worker.on('error', (error) => {
    cause = error instanceof Error ? error.message : String(error)
  })
  worker.on('exit', () => {
    if (ended) return
    ended = true
    rejectAll(new OutpostError('ENGINE_CRASHED', `A thread of the node died: ${cause}.`))
    for (const listener of exitListeners) listener(cause)
  })

  return {
    call: (task, transfer) =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(new OutpostError('ENGINE_CRASHED', `A thread of the node died: ${cause}.`))
          return
        }
        const id = next++
        open.set(id, { resolve, reject })
        worker.postMessage({ id, task }, transfer)
      }),
    onExit: (listener) => void exitListeners.push(listener),
    end: async () => {
      ended = true
      await worker.terminate()
    },
    abandon: (reason) => {
      ended = true
      worker.unref()
      rejectAll(reason)
    },
  }
}

/** What a thread's answer hands over besides itself. */
export interface Reply {
  value: unknown
  transfer?: readonly Transferable[]
}

/** The other side: does the tasks of this thread one by one. */
export function serveTasks(handle: (task: unknown) => Promise<Reply>): void {
  assert(parentPort, 'serveTasks runs inside a worker thread')
  const port = parentPort
  let last = Promise.resolve()
  port.on('message', ({ id, task }: { id: number; task: unknown }) => {
    last = last.then(async () => {
      try {
        const { value, transfer = [] } = await handle(task)
        port.postMessage({ id, value }, transfer)
      } catch (error) {
        port.postMessage({ id, error: wireOf(error) })
      }
    })
  })
}

const wireOf = (error: unknown): WireError =>
  error instanceof OutpostError
    ? error.toWire()
    : { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
