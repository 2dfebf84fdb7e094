/** Who waits for serving: for a snapshot to be applied, which may take a restart, or for a version to be loaded. */
import { OutpostError } from '../base/errors.ts'
import type { Failure } from '../contract/views.ts'

interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

export interface Waiting {
  forSnapshot(snapshot: number): Promise<void>
  /** Serving has swapped to this snapshot, and so to all before it. */
  applied(snapshot: number): void
  forTry(): { request: number; done: Promise<void> }
  tried(request: number, failure: Failure | null): void
  /** The process ended: the next one has applied nothing yet, and knows of no try. */
  lost(): void
  /** Nobody will apply it soon. */
  reject(error: OutpostError): void
}

export function createWaiting(): Waiting {
  const tries = new Map<number, Waiter>()
  let snapshots: Array<Waiter & { snapshot: number }> = []
  let applied = 0
  let nextTry = 0
  return {
    forSnapshot: (snapshot) =>
      snapshot <= applied
        ? Promise.resolve()
        : new Promise((resolve, reject) => void snapshots.push({ snapshot, resolve, reject })),
    applied(snapshot) {
      applied = Math.max(applied, snapshot)
      const done = snapshots.filter((waiter) => waiter.snapshot <= applied)
      snapshots = snapshots.filter((waiter) => waiter.snapshot > applied)
      for (const waiter of done) waiter.resolve()
    },
    forTry() {
      const request = nextTry++
      return { request, done: new Promise((resolve, reject) => void tries.set(request, { resolve, reject })) }
    },
    tried(request, failure) {
      const waiter = tries.get(request)
      tries.delete(request)
      if (failure) waiter?.reject(OutpostError.fromFailure(failure))
      else waiter?.resolve()
    },
    lost() {
      applied = 0
      const text = 'The serving process died while it loaded the model.'
      for (const waiter of tries.values()) waiter.reject(new OutpostError('ENGINE_CRASHED', text))
      tries.clear()
    },
    reject(error) {
      for (const waiter of snapshots.splice(0)) waiter.reject(error)
    },
  }
}
