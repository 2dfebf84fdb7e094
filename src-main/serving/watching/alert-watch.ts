/**
 * Looks at the rules of alerts each second and says when one begins to be broken and when it no longer is; control
 * keeps that and tells people. An alert that was open before this process started stays so until there is something to
 * judge by.
 */
import { type AlertRow, type AlertRule, type FeatureDrift, firesBelow } from '../../contract/alerts.ts'
import type { EndpointRoute, RouteTarget } from '../routing/routes.ts'
import { type Judged, judgeDrift, judgeWindow } from './alert-judge.ts'
import { createRuleWindow, type RuleWindow } from './rule-window.ts'

/** Drift is measured anew after so long, which sorts each feature, and for so long in one look. */
const driftEveryMs = 5000
const driftMsMax = 4

interface Served {
  endpointId: string
  endpoint: string
  model: string
  version: string
  versionId: string
}

interface Watched extends Served {
  rule: AlertRule
  window: RuleWindow
  since: number
  firing: boolean
  /** When it is looked at again, where it is about drift. */
  dueAt: number
}

type OpenAlert = Pick<AlertRow, 'ruleId' | 'endpoint' | 'model' | 'version' | 'metric' | 'threshold'>

export type AlertChange = OpenAlert & Pick<AlertRow, 'value' | 'message' | 'state'>

/** What of a snapshot is watched. */
export interface WatchedRoutes {
  endpoints: ReadonlyMap<
    string,
    Pick<EndpointRoute, 'id' | 'name' | 'model' | 'desired'> & {
      targets: readonly Pick<RouteTarget, 'role' | 'name' | 'versionId'>[]
    }
  >
}

interface Observation {
  latencyMs?: number
  failed?: boolean
  /** From 0 to 1. */
  quality?: number
}

export interface AlertWatch {
  /** Of a new snapshot; `open` are the alerts that control holds open. */
  follow(routes: WatchedRoutes, rules: readonly AlertRule[], open: readonly OpenAlert[]): void
  observe(endpointId: string, versionId: string, seen: Observation): void
  look(): void
}

export interface AlertWatchOptions {
  /** Milliseconds that never go back. */
  now: () => number
  queueLength(endpointId: string, versionId: string): number
  drift(
    endpoint: string,
    versionId: string,
    windowMs: number,
  ): { samples: number; features: FeatureDrift[] } | null
  onChange(change: AlertChange): void
}

export const isDriftRule = ({ metric }: Pick<AlertRule, 'metric'>): boolean =>
  metric === 'psi' || metric === 'ks'

export function createAlertWatch({ now, queueLength, drift, onChange }: AlertWatchOptions): AlertWatch {
  let watched = new Map<string, Watched>()
  let byVersion = new Map<string, Watched[]>()
  const keyOf = (ruleId: string, endpoint: string, version: string): string =>
    `${ruleId}|${endpoint}|${version}`

  function tell(one: Watched, state: AlertRow['state'], value: number, message: string): void {
    one.firing = state === 'firing'
    onChange({ ...openOf(one), value, message, state })
  }

  function judge({ rule, window, endpoint, versionId }: Watched, at: number): Judged {
    if (!isDriftRule(rule)) return judgeWindow(rule, window, at)
    const measured = drift(endpoint, versionId, rule.windowSeconds * 1000)
    return measured && measured.samples >= rule.countMin ? judgeDrift(rule, measured) : null
  }

  function settle(one: Watched, at: number): void {
    const judged = judge(one, at)
    const { rule } = one
    if (judged && isBroken(rule, judged.value)) {
      if (!one.firing) tell(one, 'firing', judged.value, judged.message)
    } else if (one.firing && (judged || at - one.since > rule.windowSeconds * 1000)) {
      tell(one, 'resolved', judged?.value ?? 0, judged?.message ?? 'There were too few requests to judge by.')
    }
  }

  /** What is watched goes on with the window that it has. */
  function watchedOf(rule: AlertRule, served: Served, isOpen: boolean): Watched {
    const known = watched.get(keyOf(rule.id, served.endpoint, served.version))
    if (known?.versionId === served.versionId) return { ...known, rule }
    const window = createRuleWindow(rule.windowSeconds, rule.metric === 'latency-p95')
    return { ...served, rule, window, since: now(), firing: isOpen, dueAt: 0 }
  }

  /** What is no longer served breaks no rule; it may have been so before this process started. */
  function endGone(before: Map<string, Watched>, open: readonly OpenAlert[]): void {
    const fired = [...before.values()].filter(({ firing }) => firing).map(openOf)
    const gone = new Map<string, OpenAlert>()
    for (const one of [...open, ...fired]) {
      const key = keyOf(one.ruleId, one.endpoint, one.version)
      if (!watched.has(key)) gone.set(key, one)
    }
    for (const { ruleId, endpoint, model, version, metric, threshold } of gone.values()) {
      const names = { ruleId, endpoint, model, version, metric, threshold }
      onChange({ ...names, value: 0, message: 'It is no longer served.', state: 'resolved' })
    }
  }

  /** The one that was not looked at for longest first, so that none is left out where there are many. */
  function lookAtDrift(at: number): void {
    const until = performance.now() + driftMsMax
    const due = [...watched.values()].filter(({ rule, dueAt }) => isDriftRule(rule) && dueAt <= at)
    for (const one of due.sort((a, b) => a.dueAt - b.dueAt)) {
      if (performance.now() > until) return
      one.dueAt = at + driftEveryMs
      settle(one, at)
    }
  }

  return {
    follow: (routes, rules, open) => {
      const isOpen = new Set(open.map(({ ruleId, endpoint, version }) => keyOf(ruleId, endpoint, version)))
      const before = watched
      const next = new Map<string, Watched>()
      for (const served of servedBy(routes)) {
        for (const rule of rules) {
          if (!isAbout(rule, served)) continue
          const key = keyOf(rule.id, served.endpoint, served.version)
          next.set(key, watchedOf(rule, served, isOpen.has(key)))
        }
      }
      watched = next
      endGone(before, open)
      byVersion = Map.groupBy(watched.values(), (one) => `${one.endpointId}|${one.versionId}`)
    },
    observe: (endpointId, versionId, { latencyMs, failed, quality }) => {
      if (watched.size === 0) return
      const at = now()
      for (const { rule, window } of byVersion.get(`${endpointId}|${versionId}`) ?? []) {
        if (rule.metric === 'error-rate' && failed !== undefined) window.add(at, Number(failed))
        else if (rule.metric === 'latency-p95' && latencyMs !== undefined) window.add(at, latencyMs)
        else if (rule.metric === 'quality' && quality !== undefined) window.add(at, quality)
      }
    },
    look: () => {
      if (watched.size === 0) return
      const at = now()
      for (const one of watched.values()) {
        if (one.rule.metric === 'queue-length') one.window.add(at, queueLength(one.endpointId, one.versionId))
        if (!isDriftRule(one.rule)) settle(one, at)
      }
      lookAtDrift(at)
    },
  }
}

const isBroken = (rule: AlertRule, value: number): boolean =>
  firesBelow(rule) ? value < rule.threshold : value > rule.threshold

const openOf = ({ rule, endpoint, model, version }: Watched): OpenAlert => {
  const { id: ruleId, metric, threshold } = rule
  return { ruleId, endpoint, model, version, metric, threshold }
}

const isAbout = (rule: AlertRule, { endpoint, version }: Served): boolean =>
  (rule.endpoint === null || rule.endpoint === endpoint) &&
  (rule.version === null || rule.version === version)

/** What answers now: nobody waits for what a shadow says. */
const servedBy = (routes: WatchedRoutes): Served[] =>
  [...routes.endpoints.values()]
    .filter(({ desired }) => desired !== 'stopped')
    .flatMap(({ id, name, model, targets }) =>
      targets
        .filter(({ role }) => role === 'primary' || role === 'candidate')
        .map((target) => ({
          endpointId: id,
          endpoint: name,
          model,
          version: target.name,
          versionId: target.versionId,
        })),
    )
