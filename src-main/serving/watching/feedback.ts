/**
 * What callers say of answers that they got: a score from 0 to 1, once a request. The last answered requests are
 * remembered here, in memory alone, since the index of usage follows later and a judgement may come at once.
 */
import { OutpostError } from '../../base/errors.ts'
import type { FeedbackTotals } from '../../contract/traffic.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { EndpointRoute, Routes, RouteTarget } from '../routing/routes.ts'

/** What is kept of answered requests, mostly the same for the next. */
type Answered = Pick<RequestRow, 'endpoint' | 'digest' | 'consumer'>

interface Judgement {
  requestId: string
  endpoint: string
  version: string
  score: number
}

export interface Feedback {
  /** Called with each record, so it costs two entries of arrays. */
  remember(row: Pick<RequestRow, 'id' | 'code' | 'endpoint' | 'digest' | 'consumer'>): void
  /** REQUEST_NOT_FOUND, also for a request of somebody else; FEEDBACK_EXISTS. */
  give(requestId: string, score: number, caller: { name: string; internal: boolean }): Judgement
  /** Forgets what was said of versions that no endpoint has any more. */
  follow(): void
  /** Since this process started, or the endpoint has the version. Null where nothing was said. */
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

interface Remembered {
  add(id: string, answered: Answered): void
  size(): number
  find(id: string): { answered: Answered; place: number } | null
  /** False where it was judged before. */
  judge(place: number): boolean
}

/** In the order of their answers. Few are judged: whoever looks for one sorts those that came since into the map. */
function createRemembered(): Remembered {
  const ids: string[] = []
  const kept: Answered[] = []
  const places = new Map<string, number>()
  const judged = new Set<number>()
  let sorted = 0
  return {
    add: (id, answered) => {
      ids.push(id)
      kept.push(answered)
    },
    size: () => ids.length,
    find: (id) => {
      for (; sorted < ids.length; sorted++) places.set(ids[sorted] as string, sorted)
      const place = places.get(id)
      const answered = place === undefined ? undefined : kept[place]
      return place === undefined || answered === undefined ? null : { answered, place }
    },
    judge: (place) => {
      const isFirst = !judged.has(place)
      judged.add(place)
      return isFirst
    },
  }
}

/**
 * Two halves take turns: when the young one has its half of the requests or of the time, it becomes the old one, and
 * what was old is forgotten as a whole.
 */
export function createFeedback({ now, routes, observe, requestsMax, hoursMax }: FeedbackOptions): Feedback {
  let young = createRemembered()
  let old = young
  let youngSince = now()
  let last: Answered = { endpoint: '', digest: '', consumer: '' }
  const turnMs = (hoursMax * 3_600_000) / 2
  const all = new Map<string, FeedbackTotals>()

  function turn(): void {
    const at = now()
    const elapsed = at - youngSince
    if (young.size() < requestsMax / 2 && elapsed < turnMs) return
    old = elapsed < 2 * turnMs ? young : createRemembered()
    young = createRemembered()
    // What is old now is forgotten at the next turn, however late this one came.
    youngSince = at - (elapsed % turnMs)
  }

  function count(endpoint: EndpointRoute, { versionId }: RouteTarget, score: number): void {
    const key = keyOf(endpoint.id, versionId)
    const totals = all.get(key) ?? { total: 0, scoreSum: 0 }
    all.set(key, { total: totals.total + 1, scoreSum: totals.scoreSum + score })
    observe(endpoint.id, versionId, { quality: score })
  }

  return {
    remember: ({ id, code, endpoint, digest, consumer }) => {
      if (code !== null) return
      turn()
      if (last.endpoint !== endpoint || last.digest !== digest || last.consumer !== consumer)
        last = { endpoint, digest, consumer }
      young.add(id, last)
    },
    give: (requestId, score, caller) => {
      turn()
      const half = young.find(requestId) ? young : old
      const found = half.find(requestId)
      const answered = found?.answered
      const endpoint = answered && routes().endpoints.get(answered.endpoint)
      const target = endpoint?.targets.find(({ version }) => version.digest === answered?.digest)
      if (!found || !target || !endpoint || !(caller.internal || caller.name === found.answered.consumer))
        throw new OutpostError('REQUEST_NOT_FOUND', 'No request of yours with this id can be judged.', {
          hint: `Send the x-request-id of an answer of the last hours, with the key that asked for it.`,
        })
      if (!half.judge(found.place))
        throw new OutpostError('FEEDBACK_EXISTS', 'This request was judged already.', {
          hint: 'The first judgement stands.',
        })
      count(endpoint, target, score)
      return { requestId, endpoint: endpoint.name, version: target.name, score }
    },
    follow: () => {
      const served = new Set<string>()
      for (const { id, targets } of routes().endpoints.values())
        for (const { versionId } of targets) served.add(keyOf(id, versionId))
      for (const key of all.keys()) if (!served.has(key)) all.delete(key)
    },
    totals: (endpointId, versionId) => all.get(keyOf(endpointId, versionId)) ?? null,
  }
}

const keyOf = (endpointId: string, versionId: string): string => `${endpointId}|${versionId}`
