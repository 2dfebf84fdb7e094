/**
 * Watches candidates and shadows by the rules of their endpoint, and takes the first that breaks one out of the traffic
 * at once; control writes it down after. The primary is never taken out: nobody would answer.
 */
import type { TrafficPolicy } from '../../contract/traffic.ts'
import type { EndpointRoute, Routes } from '../routing/routes.ts'
import { createRuleWindow, type RuleWindow } from './rule-window.ts'

type Rule = TrafficPolicy['rollback'][number]

interface Watched {
  endpointId: string
  versionId: string
  name: string
  revision: number
  rules: Array<{ rule: Rule; window: RuleWindow }>
}

interface Observation {
  latencyMs?: number
  /** The version's own failure, and no wrong request. */
  failed?: boolean
  diverged?: boolean
  /** From 0 to 1. */
  quality?: number
}

export interface RollbackWatch {
  /** Of a new snapshot: what is new is watched from now on, what is the same goes on. */
  follow(routes: Routes): void
  observe(endpointId: string, versionId: string, seen: Observation): void
  isTakenOut(endpointId: string, versionId: string): boolean
  /** Looks at all rules; called each second. */
  look(): void
}

export interface RollbackWatchOptions {
  /** Milliseconds that never go back. */
  now: () => number
  onBroken(broken: { endpointId: string; versionId: string; reason: string }): void
}

const keyOf = (endpointId: string, versionId: string): string => `${endpointId}|${versionId}`

export function createRollbackWatch({ now, onBroken }: RollbackWatchOptions): RollbackWatch {
  let watched = new Map<string, Watched>()
  const takenOut = new Set<string>()

  function watchedOf(endpoint: EndpointRoute): Watched[] {
    return endpoint.targets
      .filter(({ role }) => role === 'candidate' || role === 'shadow')
      .map(({ versionId, name, revision }) => {
        const known = watched.get(keyOf(endpoint.id, versionId))
        const rules = endpoint.split.policy.rollback.map((rule, at) => {
          const kept = known?.rules[at]
          const same = kept && JSON.stringify(kept.rule) === JSON.stringify(rule)
          return same ? kept : { rule, window: windowOf(rule) }
        })
        return { endpointId: endpoint.id, versionId, name, revision, rules }
      })
  }

  return {
    follow: (routes) => {
      const next = new Map<string, Watched>()
      for (const endpoint of routes.endpoints.values())
        for (const one of watchedOf(endpoint)) next.set(keyOf(one.endpointId, one.versionId), one)
      // One that was taken out stays so until it is gone, or brought in again.
      for (const key of takenOut)
        if (next.get(key)?.revision !== watched.get(key)?.revision) takenOut.delete(key)
      watched = next
    },
    observe: (endpointId, versionId, seen) => {
      const one = watched.size === 0 ? null : watched.get(keyOf(endpointId, versionId))
      if (!one) return
      const at = now()
      for (const { rule, window } of one.rules) {
        const value = valueFor(rule, seen)
        if (value !== null) window.add(at, value)
      }
    },
    isTakenOut: (endpointId, versionId) => takenOut.size > 0 && takenOut.has(keyOf(endpointId, versionId)),
    look: () => {
      const at = now()
      for (const [key, one] of watched) {
        if (takenOut.has(key)) continue
        const reason = one.rules
          .map(({ rule, window }) => brokenBy(rule, window, at))
          .find((text) => text !== null)
        if (reason === undefined || reason === null) continue
        takenOut.add(key)
        onBroken({ endpointId: one.endpointId, versionId: one.versionId, reason: `${one.name}: ${reason}` })
      }
    },
  }
}

const windowOf = ({ windowSeconds, metric }: Rule): RuleWindow =>
  createRuleWindow(windowSeconds, metric === 'latency-p95')

function valueFor({ metric }: Rule, { latencyMs, failed, diverged, quality }: Observation): number | null {
  switch (metric) {
    case 'error-rate':
      return failed === undefined ? null : Number(failed)
    case 'latency-p95':
      return latencyMs ?? null
    case 'divergence':
      return diverged === undefined ? null : Number(diverged)
    case 'quality':
      return quality ?? null
  }
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

/** In words where it is broken: the operator reads them, and the record keeps them. */
function brokenBy(rule: Rule, window: RuleWindow, at: number): string | null {
  const { metric, threshold, windowSeconds, requestsMin } = rule
  const count = window.count(at)
  if (count < requestsMin) return null
  const within = `of ${count} requests in ${windowSeconds} s`
  if (metric === 'latency-p95') {
    const p95 = window.quantile(at, 0.95) ?? 0
    return p95 > threshold ? `p95 was ${Math.round(p95 * 10) / 10} ms, over ${threshold} ms, ${within}` : null
  }
  const mean = window.mean(at)
  if (metric === 'quality')
    return mean < threshold ? `quality was ${mean.toFixed(3)}, under ${threshold}, ${within}` : null
  const what = metric === 'error-rate' ? 'failed' : 'diverged'
  return mean > threshold ? `${percent(mean)} ${what}, over ${percent(threshold)}, ${within}` : null
}
