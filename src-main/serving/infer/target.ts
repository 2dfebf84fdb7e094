/** What a request was resolved to: the version that answers, loaded, and why it was this one. */
import type { HostedModel, ReadyModel } from '../hosting/hosted-model.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { CallFigures } from '../watching/latencies.ts'

export interface Target {
  endpoint: string
  version: ServedVersion
  /** In words: exact, alias stable, range 2.x, endpoint default. */
  rule: string
  model: HostedModel
  ready: ReadyModel
  figures: CallFigures | null
}
