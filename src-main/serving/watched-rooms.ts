/** The rooms that the story of an inference asks, and what watches it: that fails alone, and the request is answered. */
import type { InferRooms } from './infer/exchange.ts'
import type { Mirror } from './infer/mirror.ts'
import { createOnlooker } from './watching/onlooker.ts'
import type { Watchers } from './watching/watchers.ts'

interface WatchedRoomsOptions
  extends Pick<InferRooms, 'processing' | 'next' | 'cache' | 'licensing' | 'record' | 'onFault'> {
  watchers: Watchers
  mirror: Mirror
  onRecorded: () => void
  onBroken: (error: unknown) => void
}

export function createWatchedRooms({
  watchers: { rollback, alerts, drift, feedback },
  mirror,
  onRecorded,
  onBroken,
  record,
  ...rooms
}: WatchedRoomsOptions): InferRooms {
  const unharmed = createOnlooker(onBroken, () => performance.now())
  const remember = unharmed(feedback.remember, undefined)
  return {
    ...rooms,
    mirror: unharmed(mirror.send, undefined),
    doubt: unharmed((call, replay, code) => {
      const { traffic } = call.target
      if (traffic) {
        const latencyMs = performance.now() - call.started
        const failed = code === 'ENGINE_FAILED'
        alerts.observe(traffic.endpoint.id, traffic.target.versionId, { latencyMs, failed })
      }
      mirror.doubt(call, replay)
    }, undefined),
    sample: unharmed((target, inputs) => {
      const seen = drift.begin(target, inputs)
      return seen && unharmed(seen, undefined)
    }, null),
    observe: unharmed(({ traffic }, latencyMs, status) => {
      if (!traffic) return
      const seen = { latencyMs, failed: status >= 500 }
      rollback.observe(traffic.endpoint.id, traffic.target.versionId, seen)
      alerts.observe(traffic.endpoint.id, traffic.target.versionId, seen)
    }, undefined),
    record: (row) =>
      record(row).then(() => {
        remember(row)
        onRecorded()
      }),
  }
}
