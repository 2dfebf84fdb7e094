/** What a request was resolved to: the version that answers, loaded, and why it was this one. */
import type { HostedModel, ReadyModel } from '../hosting/hosted-model.ts'
import type { EndpointRoute, RouteTarget, ServedVersion } from '../routing/routes.ts'
import type { CallFigures } from '../watching/latencies.ts'

export interface Target {
  endpoint: string
  version: ServedVersion
  /** In words: exact, alias stable, range 2.x, flag beta, split, endpoint default. */
  rule: string
  model: HostedModel
  ready: ReadyModel
  figures: CallFigures | null
  /** Null where no endpoint stands behind it: a try. */
  traffic: {
    endpoint: EndpointRoute
    target: RouteTarget
    mayFailOver: boolean
    /** It is the remote engine of another node, or of this one, that asks: no other remote engine is asked for it. */
    forwarded: boolean
    /** Those that were asked already. */
    tried: ReadonlySet<RouteTarget>
  } | null
}
