/** What serving asks control to write down, and waits for: it has node.db open for reading alone. */
import { OutpostError } from '../base/errors.ts'
import type { ServingToControl } from '../contract/processes.ts'
import type { Failure } from '../contract/views.ts'
import type { ChangeEndpoint } from './door/repository.ts'

export interface AskedOfControl {
  change: ChangeEndpoint
  changed(request: number, failure: Failure | null): void
}

export function createAskedOfControl(post: (message: ServingToControl) => void): AskedOfControl {
  const waiting = new Map<number, PromiseWithResolvers<void>>()
  let next = 0
  return {
    change: (endpoint, action, actor) => {
      const request = next++
      const settled = Promise.withResolvers<void>()
      waiting.set(request, settled)
      post({ type: 'change', request, endpoint, action, actor })
      return settled.promise
    },
    changed: (request, failure) => {
      const settled = waiting.get(request)
      waiting.delete(request)
      if (failure) settled?.reject(OutpostError.fromFailure(failure))
      else settled?.resolve()
    },
  }
}
