/**
 * What callers say of answers that they got: a score from 0 to 1, once a request. The last answered requests are
 * remembered here, in memory alone, since the index of usage follows later and a judgement may come at once.
 */
import { OutpostError } from '../../base/errors.ts'
import type { FeedbackTotals } from '../../contract/traffic.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { EndpointRoute, Routes, RouteTarget } from '../routing/routes.ts'

/** What is kept of an answered request. */
interface Answered {
  endpoint: string
  digest: string
  consumer: string
  judged: boolean
}

interface Judgement {
  requestId: string
  endpoint: string
  version: string
  score: number
}

export interface Feedback {
  /** Called with each record, so it costs one entry of a map. */
  remember(row: Pick<RequestRow, 'id' | 'code' | 'endpoint' | 'digest' | 'consumer'>): void
  /** REQUEST_NOT_FOUND, also for a request of somebody else; FEEDBACK_EXISTS. */
  give(requestId: string, score: number, caller: { name: string; internal: boolean }): Judgement
  /** Since this process started. Null where nothing was said. */
  totals(endpointId: string, versionId: string): FeedbackTotals | null
}

export interface FeedbackOptions {
  /** Milliseconds that never go back. */
  now: () => number
  routes: () => Pick<Routes, 'endpoints'>
  observe(endpointId: string, versionId: string, seen: { quality: number }): void
  requestsMax: number
  hoursMax: number
}

/**
 * Two maps take turns: when the young one has its half of the requests or of the time, it becomes the old one, and what
 * was old is forgotten as a whole. Taking the oldest entries out of one map would leave holes that each look at its
 * first entry has to pass.
 */
export function createFeedback({ now, routes, observe, requestsMax, hoursMax }: FeedbackOptions): Feedback {
  let young = new Map<string, Answered>()
  let old = young
  let youngSince = now()
  const turnMs = (hoursMax * 3_600_000) / 2
  const all = new Map<string, FeedbackTotals>()

  function turn(): void {
    const at = now()
    const elapsed = at - youngSince
    if (young.size < requestsMax / 2 && elapsed < turnMs) return
    old = elapsed < 2 * turnMs ? young : new Map()
    young = new Map()
    // What is old now is forgotten at the next turn, however late this one came.
    youngSince = at - (elapsed % turnMs)
  }

  function count(endpoint: EndpointRoute, { versionId }: RouteTarget, score: number): void {
    const key = `${endpoint.id}|${versionId}`
    const totals = all.get(key) ?? { total: 0, scoreSum: 0 }
    all.set(key, { total: totals.total + 1, scoreSum: totals.scoreSum + score })
    observe(endpoint.id, versionId, { quality: score })
  }

  return {
    remember: ({ id, code, endpoint, digest, consumer }) => {
      if (code !== null) return
      turn()
      young.set(id, { endpoint, digest, consumer, judged: false })
    },
    give: (requestId, score, caller) => {
      turn()
      const answered = young.get(requestId) ?? old.get(requestId)
      const endpoint = answered && routes().endpoints.get(answered.endpoint)
      const target = endpoint?.targets.find(({ version }) => version.digest === answered?.digest)
      if (!answered || !target || !endpoint || !(caller.internal || caller.name === answered.consumer))
        throw new OutpostError('REQUEST_NOT_FOUND', 'No request of yours with this id can be judged.', {
          hint: `Send the x-request-id of an answer of the last hours, with the key that asked for it.`,
        })
      if (answered.judged)
        throw new OutpostError('FEEDBACK_EXISTS', 'This request was judged already.', {
          hint: 'The first judgement stands.',
        })
      answered.judged = true
      count(endpoint, target, score)
      return { requestId, endpoint: endpoint.name, version: target.name, score }
    },
    totals: (endpointId, versionId) => all.get(`${endpointId}|${versionId}`) ?? null,
  }
}
