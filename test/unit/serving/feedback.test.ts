/** What is remembered of answered requests is bounded in number and in time, whenever requests come. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFeedback } from '../../../src-main/serving/watching/feedback.ts'

const hour = 3_600_000
const caller = { name: 'ci', internal: false }

/** Of no endpoint, so that each judgement is refused: by what is remembered alone. */
function remembering(requestsMax: number) {
  const clock = { now: 0 }
  const looked: string[] = []
  const endpoints = new Map()
  endpoints.get = (name: string) => void looked.push(name)
  const feedback = createFeedback({
    now: () => clock.now,
    routes: () => ({ endpoints }),
    observe: () => undefined,
    requestsMax,
    hoursMax: 24,
  })
  return {
    clock,
    remember: (id: string) =>
      feedback.remember({ id, code: null, endpoint: id, digest: 'sha256:0', consumer: 'ci' }),
    isKnown: (id: string) => {
      looked.length = 0
      expect(() => feedback.give(id, 1, caller)).toThrow(
        expect.objectContaining({ code: 'REQUEST_NOT_FOUND' }),
      )
      return looked.length > 0
    },
  }
}

test('the last half of as many as are kept are known, and never more than all of them', () => {
  const { remember, isKnown } = remembering(10)
  for (let at = 0; at < 100; at++) remember(`r${at}`)
  const known = Array.from({ length: 100 }, (_, at) => `r${at}`).filter(isKnown)
  expect(known.length).toBeLessThanOrEqual(10)
  for (let at = 95; at < 100; at++) expect(known).toContain(`r${at}`)
})

test('none is known for longer than a day, each for half a day', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 * hour }), { maxLength: 20 }), (pauses) => {
      const { clock, remember, isKnown } = remembering(1000)
      const times = pauses.map((pause, at) => {
        clock.now += pause
        remember(`r${at}`)
        return clock.now
      })
      for (const [at, time] of times.entries()) {
        const age = clock.now - time
        if (age > 24 * hour) expect(isKnown(`r${at}`)).toBe(false)
        if (age < 12 * hour) expect(isKnown(`r${at}`)).toBe(true)
      }
    }),
  )
})

test('what was said of a version goes with it', () => {
  const version = { digest: 'sha256:0' }
  const target = { versionId: 'v', name: '1.0.0', version }
  const endpoints = new Map([['e', { id: 'e', name: 'e', targets: [target] }]])
  const feedback = createFeedback({
    now: () => 0,
    routes: () => ({ endpoints: endpoints as never }),
    observe: () => undefined,
    requestsMax: 10,
    hoursMax: 24,
  })
  feedback.remember({ id: 'r', code: null, endpoint: 'e', digest: 'sha256:0', consumer: 'ci' })
  feedback.give('r', 1, caller)
  feedback.follow()
  expect(feedback.totals('e', 'v')).toEqual({ total: 1, scoreSum: 1 })
  endpoints.clear()
  feedback.follow()
  expect(feedback.totals('e', 'v')).toBeNull()
})
