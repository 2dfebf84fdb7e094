/**
 * All that watches what is served: the rules that take a candidate out, what callers find, drift, and the rules that fire
 * alerts. They follow the same snapshot and look at what they saw once a second.
 */
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import type { ServingToControl } from '../../contract/processes.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { listAlertRules, openAlerts } from '../../store/tables/alerts.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Routes } from '../routing/routes.ts'
import { createAlertWatch, isDriftRule } from './alert-watch.ts'
import { createDriftWatch } from './drift-watch.ts'
import { createFeedback } from './feedback.ts'
import { createRollbackWatch } from './rollback-watch.ts'

interface WatchersOptions {
  nodeDb: NodeReader
  dataDir: string
  prepareCase: ProcessingPort['prepareCase']
  log: Log
  routes: () => Routes
  queueLength: (endpointId: string, versionId: string) => number
  post: (message: ServingToControl) => void
}

export type Watchers = ReturnType<typeof createWatchers>

export function createWatchers({
  nodeDb,
  dataDir,
  prepareCase,
  log,
  routes,
  queueLength,
  post,
}: WatchersOptions) {
  const now = () => performance.now()
  const rollback = createRollbackWatch({
    now,
    onBroken: (broken) => post({ type: 'roll-back', ...broken }),
  })
  const drift = createDriftWatch({ now, dataDir, prepareCase, log })
  const alerts = createAlertWatch({
    now,
    queueLength,
    drift: drift.measure,
    onChange: (change) => post({ type: 'alert', ...change }),
  })
  const feedback = createFeedback({
    now,
    routes,
    observe: (endpointId, versionId, seen) => {
      rollback.observe(endpointId, versionId, seen)
      alerts.observe(endpointId, versionId, seen)
    },
    requestsMax: limits.feedbackRequestsMax,
    hoursMax: limits.feedbackHoursMax,
  })
  return {
    rollback,
    drift,
    alerts,
    feedback,
    follow: () => {
      rollback.follow(routes())
      feedback.follow()
      const rules = listAlertRules(nodeDb)
      const windows = rules.filter(isDriftRule).map(({ windowSeconds }) => windowSeconds * 1000)
      drift.follow(routes(), windows.length > 0 ? Math.max(...windows) : null)
      alerts.follow(routes(), rules, openAlerts(nodeDb))
    },
    look: () => {
      for (const { look } of [rollback, drift, alerts]) {
        try {
          look()
        } catch (error) {
          log.error({ err: error }, 'what goes on could not be judged') // requests are answered all the same
        }
      }
    },
  }
}
