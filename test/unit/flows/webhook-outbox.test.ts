/** When the outbox of webhooks looks again. */
import { expect, test } from 'vitest'
import { waitMsOf } from '../../../src-main/flows/alerts/webhook-outbox.ts'

const due = '2026-01-01T00:00:00.000Z'
const dueMs = Date.parse(due)

test('when the next message is due, and at once where it was before', () => {
  expect(waitMsOf(due, dueMs - 3000, 0)).toBe(3000)
  expect(waitMsOf(due, dueMs + 3000, -1)).toBe(0)
})

test('not at once after a failure of the node itself, which would send the same message over and over', () => {
  expect(waitMsOf(due, dueMs + 3000, 1000)).toBe(1000)
})

test('a clock that was set back by a month asks for no more than a timer can wait', () => {
  expect(waitMsOf(due, dueMs - 30 * 86_400_000, 0)).toBeLessThan(2 ** 31)
})
