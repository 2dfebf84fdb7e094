/**
 * Turns whatever a call threw into the one shape that pages show: code, message, hint, details. A fetch that never
 * reached the node becomes NODE_UNREACHABLE, so that slow, refused and unreachable stay three different things.
 */
import { ORPCError } from '@orpc/client'
import { z } from 'zod'
import type { Failure } from '../../src-main/contract/views.ts'

const problem = z.object({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
const extra = z.object({
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})

/** A body of problem+json as a failure, or undefined where it is none (oRPC's own errors carry `message`). */
export function problemOf(body: unknown): Failure | undefined {
  const { success, data } = problem.safeParse(body)
  if (!success || (data.title === undefined && data.detail === undefined)) return undefined
  const { code, title, detail, hint, details } = data
  return { code, message: detail ?? title ?? code, ...(hint && { hint }), ...(details && { details }) }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ORPCError) {
    const { hint, details } = extra.safeParse(error.data).data ?? {}
    return { code: error.code, message: error.message, ...(hint && { hint }), ...(details && { details }) }
  }
  if (error instanceof HandOverError) return error.failure
  // Browsers report every failure to connect as a TypeError with a text of their own.
  if (error instanceof TypeError && /fetch|network|load/i.test(error.message)) {
    return {
      code: 'NODE_UNREACHABLE',
      message: 'The node does not answer.',
      hint: 'Check that it is still running.',
    }
  }
  // The parts of a page are fetched when it is first opened: by then the node may be gone, or be another version.
  if (error instanceof Error && error.message.startsWith('Unable to preload')) {
    return {
      code: 'NODE_UNREACHABLE',
      message: 'This page was not opened before, and the node did not send it.',
      hint: 'Check that the node is still running. After an upgrade, load the page anew.',
    }
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

export const isUnreachable = (error: unknown): boolean => failureOf(error).code === 'NODE_UNREACHABLE'
export const isUnauthorized = (error: unknown): boolean => failureOf(error).code === 'UNAUTHORIZED'

/** A file that could not be handed to the node. */
export class HandOverError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'HandOverError'
    this.failure = failure
  }
}
