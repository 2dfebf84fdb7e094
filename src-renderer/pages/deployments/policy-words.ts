/** A traffic policy in sentences, as it is shown beside its editor and on the page. */
import type { TrafficPolicy } from '../../../src-main/contract/traffic.ts'
import { formatNumber } from '../../components/format.ts'

const sticky: Record<TrafficPolicy['stickyBy'], string> = {
  consumer: 'The same API key always gets the same version.',
  session:
    'The same session (header outpost-session) always gets the same version; without one, the same API key.',
  request: 'Each request is spread on its own.',
}

/** What a share is a share of: with the usual policy one key stays on one version, however often it asks. */
export const sharedBy: Record<TrafficPolicy['stickyBy'], string> = {
  consumer: 'API keys',
  session: 'sessions',
  request: 'requests',
}

/** What a person must know who expects a share of the requests. */
export const shareNote: Record<TrafficPolicy['stickyBy'], string> = {
  consumer:
    'A key stays on one version: of a single key all requests go to one or the other. Edit rules can spread sessions or requests instead.',
  session: 'A session (header outpost-session) stays on one version; without one, its key does.',
  request: 'Each request is spread on its own.',
}

type Rollback = TrafficPolicy['rollback'][number]
const percent = (share: number): string => `${Number((share * 100).toFixed(3))} %`

const broken: Record<Rollback['metric'], (threshold: number) => string> = {
  'error-rate': (threshold) => `more than ${percent(threshold)} fail`,
  'latency-p95': (threshold) => `p95 is over ${threshold} ms`,
  divergence: (threshold) => `more than ${percent(threshold)} of its answers differ`,
  quality: (threshold) => `the mean quality is under ${threshold}`,
}

/** Callers judge what they got, which is never a shadow's; only a shadow's answers stand beside the primary's. */
const subject = (metric: Rollback['metric']): string =>
  metric === 'quality' ? 'A candidate' : metric === 'divergence' ? 'A shadow' : 'A candidate or shadow'

export function policyWords(policy: TrafficPolicy): string[] {
  const { rules, rollback, failover, cache } = policy
  return [
    ...rules.map(
      ({ header, values, version }) =>
        `Where ${header} ${values.length === 0 ? 'is there' : `is ${values.join(' or ')}`}, ${version} answers.`,
    ),
    sticky[policy.stickyBy],
    ...rollback.map(
      ({ metric, threshold, windowSeconds, requestsMin }) =>
        `${subject(metric)} is taken out when ${broken[metric](threshold)} in ${formatNumber(windowSeconds)} s, of at least ${formatNumber(requestsMin)} requests.`,
    ),
    ...(rollback.length === 0 ? ['Nothing is taken out by itself.'] : []),
    failover.length === 0
      ? 'Where the chosen version cannot answer, the primary does.'
      : `Where the chosen version cannot answer, ${failover.join(', then ')} does, then the primary.`,
    cache === null
      ? 'No answers are kept.'
      : `Up to ${formatNumber(cache.entriesMax)} answers are kept for ${formatNumber(cache.secondsMax)} s.`,
    `Outputs differ where they are more than ${policy.tolerance} apart.`,
  ]
}
