/**
 * Shadows: each answered request is asked of them too, after its answer, and what they say is compared and thrown away.
 * They never hold a request up: what they cannot keep pace with is left out and counted, and so is what their license
 * does not allow. No copy is counted on a quota.
 */
import type { Tensor } from '../../base/tensors.ts'
import { distanceBounds, type ShadowFigures } from '../../contract/traffic.ts'
import type { Caller } from '../door/callers.ts'
import type { Live } from '../hosting/deployments.ts'
import type { EndpointRoute, Routes, RouteTarget, ServedVersion } from '../routing/routes.ts'
import { leadsOn } from '../routing/targets.ts'
import { compareOutputs } from './compare-outputs.ts'
import type { Call, Replay } from './exchange.ts'

/** Copies under way for one shadow. */
const underWayMax = 16

export interface Mirror {
  send(call: Call, replay: Replay, outputs: readonly Tensor[]): void
  /**
   * A failure of a candidate counts against it where the primary answers the same request: else whoever may infer could
   * take a version out with inputs that no version answers.
   */
  doubt(call: Call, replay: Replay): void
  /** Forgets what is no shadow any more, and what was compared with another primary or in another part. */
  follow(routes: Pick<Routes, 'endpoints'>): void
  /** Null where nothing was asked of it. */
  figures(endpointId: string, versionId: string): ShadowFigures | null
}

export interface MirrorOptions {
  ready(endpoint: EndpointRoute, target: RouteTarget): Live | null
  isUsable(endpoint: EndpointRoute, target: RouteTarget): boolean
  /** Whether its license lets it answer this caller. */
  isLicensed(caller: Caller, version: ServedVersion): boolean
  observe(
    endpointId: string,
    versionId: string,
    seen: { latencyMs?: number; failed: boolean; diverged?: boolean },
  ): void
}

export function createMirror({ ready, isUsable, isLicensed, observe }: MirrorOptions): Mirror {
  /** Requests that failed and are asked of the primary now. */
  let doubts = 0
  const all = new Map<string, ShadowFigures & { underWay: number }>()
  /** Of each shadow: what it is compared with, and since when. */
  let partOf = new Map<string, string>()

  function figuresOf(endpointId: string, versionId: string): ShadowFigures & { underWay: number } {
    const key = `${endpointId}|${versionId}`
    let figures = all.get(key)
    if (!figures) {
      const distances = new Array<number>(distanceBounds.length + 1).fill(0)
      figures = { compared: 0, diverged: 0, failed: 0, leftOut: 0, distances, underWay: 0 }
      all.set(key, figures)
    }
    return figures
  }

  async function ask(
    endpoint: EndpointRoute,
    target: RouteTarget,
    live: Live,
    replay: Replay,
    expected: readonly Tensor[],
  ) {
    const figures = figuresOf(endpoint.id, target.versionId)
    const release = live.model.hold()
    const from = performance.now()
    figures.underWay += 1
    try {
      const shadow = {
        endpoint: endpoint.name,
        version: target.version,
        rule: 'shadow',
        figures: null,
        traffic: null,
      }
      const found = await replay({ ...shadow, model: live.model, ready: live.ready })
      const latencyMs = performance.now() - from
      const { diverged, distanceMax } = compareOutputs(expected, found, endpoint.split.policy.tolerance)
      figures.compared += 1
      if (diverged) figures.diverged += 1
      if (distanceMax !== null) count(figures.distances, distanceMax)
      live.figures.count(latencyMs, false)
      observe(endpoint.id, target.versionId, { latencyMs, failed: false, diverged })
    } catch {
      // Whatever it was, the answer has left: the figure is what the operator looks at, and the rules with them.
      figures.failed += 1
      live.figures.count(performance.now() - from, true)
      observe(endpoint.id, target.versionId, { failed: true })
    } finally {
      figures.underWay -= 1
      release()
    }
  }

  return {
    send: ({ caller, target: { traffic } }, replay, outputs) => {
      if (!traffic) return
      const { endpoint } = traffic
      for (const target of endpoint.targets) {
        if (target.role !== 'shadow' || !isUsable(endpoint, target) || leadsOn(traffic, target)) continue
        const live = ready(endpoint, target)
        if (!live) continue
        const figures = figuresOf(endpoint.id, target.versionId)
        if (figures.underWay >= underWayMax || !isLicensed(caller, target.version)) figures.leftOut += 1
        else void ask(endpoint, target, live, replay, outputs)
      }
    },
    doubt: ({ caller, target: { traffic } }, replay) => {
      if (traffic?.target.role !== 'candidate' || doubts >= underWayMax) return
      const { endpoint, target } = traffic
      if (leadsOn(traffic, endpoint.split.primary)) return
      const live = ready(endpoint, endpoint.split.primary)
      if (!live || !isLicensed(caller, endpoint.split.primary.version)) return
      doubts += 1
      const release = live.model.hold()
      const { version } = endpoint.split.primary
      replay({ endpoint: endpoint.name, version, rule: 'doubt', traffic: null, ...live })
        .then(
          () => observe(endpoint.id, target.versionId, { failed: true }),
          () => undefined, // the primary fails on it too
        )
        .finally(() => {
          doubts -= 1
          release()
        })
    },
    follow: ({ endpoints }) => {
      const parts = new Map<string, string>()
      for (const { id, split, targets } of endpoints.values())
        for (const { role, versionId, revision } of targets)
          if (role === 'shadow') parts.set(`${id}|${versionId}`, `${split.primary.versionId}|${revision}`)
      for (const key of all.keys()) if (parts.get(key) !== partOf.get(key)) all.delete(key)
      partOf = parts
    },
    figures: (endpointId, versionId) => {
      const { underWay: _underWay, ...figures } = all.get(`${endpointId}|${versionId}`) ?? none
      return figures.distances.length === 0 ? null : figures
    },
  }
}

const none = { compared: 0, diverged: 0, failed: 0, leftOut: 0, distances: [], underWay: 0 }

function count(distances: number[], distance: number): void {
  const bound = distanceBounds.findIndex((upper) => distance <= upper)
  const at = bound === -1 ? distanceBounds.length : bound
  distances[at] = (distances[at] ?? 0) + 1
}
