/** POST /v1/feedback: what a caller found of an answer, as a score from 0 to 1 or as right or wrong. */
import { z } from 'zod'
import { parseJsonAs } from '../../base/json.ts'
import type { Feedback } from '../watching/feedback.ts'
import { type Caller, requireInfer } from './callers.ts'
import { type Answer, json } from './http-answer.ts'

export type FeedbackDoor = (caller: Caller, body: () => Promise<Buffer>) => Promise<Answer>

const requestId = z.string().max(100)
const feedbackInput = z.union([
  z.strictObject({ requestId, score: z.number().min(0).max(1) }),
  z.strictObject({ requestId, correct: z.boolean() }),
])

export const createFeedbackDoor =
  (feedback: Feedback): FeedbackDoor =>
  async (caller, body) => {
    requireInfer(caller)
    const input = parseJsonAs(feedbackInput, (await body()).toString(), 'BAD_REQUEST', 'The feedback')
    const score = 'score' in input ? input.score : Number(input.correct)
    return json(feedback.give(input.requestId, score, caller))
  }
