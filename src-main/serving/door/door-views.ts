/** What the HTTP door answers without running a model: health, server and model metadata, the list of models, metrics. */
import type { Metrics } from '../watching/metrics.ts'
import type { OpenPath, ViewPath } from './door-paths.ts'
import { type Answer, json, textAnswer } from './http-answer.ts'
import type { ServedViews } from './served-views.ts'

export interface DoorViews {
  /** What anyone may ask. */
  open(kind: OpenPath['kind']): Answer
  /** What a key is needed for. */
  known(path: ViewPath): Answer
}

export function createDoorViews(served: ServedViews, metrics: Metrics): DoorViews {
  return {
    open: (kind) => {
      if (kind === 'live') return json({ live: true })
      if (kind === 'server') return json(served.server())
      // Triton answers 400 to "not ready"; the protocol asks for anything but 200.
      return served.isReady() ? json({ ready: true }) : { ...json({ ready: false }), status: 400 }
    },
    known: (path) => {
      switch (path.kind) {
        case 'models':
          return json({ object: 'list', data: served.named(), models: served.models() })
        case 'v1-model':
          return json(served.namedAs(path.name))
        case 'metrics':
          return textAnswer(200, metrics.text(), 'text/plain; version=0.0.4')
        case 'v2-model':
          return json(served.metadata(path))
        case 'v2-ready':
          return readyAnswer(served.readiness(path))
        case 'v2-config':
          return json(served.config(path))
        case 'v2-statistics':
          return json({ model_stats: served.statistics(path) })
      }
    },
  }
}

function readyAnswer({ name, refusal }: ReturnType<ServedViews['readiness']>): Answer {
  if (!refusal) return json({ name, ready: true })
  return { ...json({ name, ready: false }, { 'outpost-error': refusal.code }), status: 400 }
}
