/**
 * One sender, many listeners, each with a bounded buffer: a listener that is slower than the events loses the oldest
 * ones, and the sender never waits.
 */
export interface Broadcast<Event> {
  send(event: Event): void
  /** Ends when the signal aborts. */
  listen(signal?: AbortSignal): AsyncGenerator<Event, void>
  /** Ends all listening: nothing more will be sent. */
  end(): void
  /** How many listen now. */
  listeners(): number
}

export function createBroadcast<Event>(bufferedMax: number): Broadcast<Event> {
  const ended = new AbortController()
  const listeners = new Set<{ buffer: Event[]; wake: () => void }>()
  return {
    send(event) {
      for (const listener of listeners) {
        if (listener.buffer.push(event) > bufferedMax) listener.buffer.shift()
        listener.wake()
      }
    },
    async *listen(asked) {
      const signal = asked ? AbortSignal.any([asked, ended.signal]) : ended.signal
      const listener = { buffer: [] as Event[], wake: () => undefined as undefined }
      const onAbort = () => listener.wake()
      listeners.add(listener)
      signal.addEventListener('abort', onAbort)
      try {
        while (!signal.aborted) {
          const event = listener.buffer.shift()
          if (event !== undefined) yield event
          else await new Promise<void>((resolve) => Object.assign(listener, { wake: resolve }))
        }
      } finally {
        listeners.delete(listener)
        signal.removeEventListener('abort', onAbort)
      }
    },
    end: () => ended.abort(),
    listeners: () => listeners.size,
  }
}
