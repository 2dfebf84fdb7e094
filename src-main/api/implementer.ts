/**
 * What every procedure passes first: who may call it, and how a refusal is told. The routers of this folder are built
 * on `api`.
 */
import { implement, ORPCError } from '@orpc/server'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { asDiskError } from '../base/files.ts'
import { contract } from '../contract/api/contract.ts'
import { accessOf } from '../contract/api/scopes.ts'
import type { Standing } from '../flows/access/identify.ts'
import { type Actor, requireScope } from '../flows/actor.ts'
import type { NodeContext } from '../flows/node-context.ts'
import { refusalHeaders } from './problems.ts'

export interface CallerContext {
  actor: Actor
  transport: { address: string; secure: boolean }
  /** The request's Cookie header: a login can be ended by whoever carries it. */
  cookie: string | undefined
  requestId: string
  /** Whether what the caller came in with is good still; for what goes on after the request was admitted. */
  standing: () => Standing
}

export interface ApiContext extends CallerContext {
  node: NodeContext
  /** Headers of the answer: the login's cookie. */
  answerHeaders: Headers
}

/** Every procedure passes here first: who may, and how a refusal is told. */
export const api = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, path, next }) => {
    try {
      requireScope(context.actor, accessOf(path))
      return await next()
    } catch (error) {
      throw asRefusal(error, context)
    }
  })

function asRefusal(error: unknown, context: ApiContext): unknown {
  if (error instanceof ORPCError && error.status < 500) return error
  const known = asDiskError(error)
  if (known instanceof OutpostError) {
    if (known.status >= 500)
      context.node.log.error({ requestId: context.requestId, err: known.cause ?? known }, known.message)
    for (const [name, value] of refusalHeaders(known)) context.answerHeaders.set(name, value)
    return toOrpcError(known)
  }
  const gone = isSystemError(error, 'ABORT_ERR')
  if (!gone) context.node.log.error({ requestId: context.requestId, err: error }, 'a procedure failed')
  return toOrpcError(
    new OutpostError('INTERNAL', 'The node failed on this request.', {
      hint: `The log has the details under request ${context.requestId}.`,
    }),
  )
}

const toOrpcError = (error: OutpostError) =>
  new ORPCError(error.code, {
    status: error.status,
    message: error.message,
    data: { hint: error.hint, details: error.details },
  })
