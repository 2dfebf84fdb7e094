/**
 * The typed client of the node's API. It always speaks to the origin that served the page: http(s) in a browser,
 * app://outpost on the desktop.
 */
import { createORPCClient, ORPCError } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { JsonifiedClient } from '@orpc/openapi-client'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { type Contract, contract } from '../src-main/contract/api/contract.ts'
import { problemOf } from './data/failure.ts'

export const apiUrl = `${window.location.origin}/api`

const link = new OpenAPILink(contract, {
  url: apiUrl,
  // Refusals from before the API (login, origin, body size) come as problem+json (RFC 9457), without oRPC's fields.
  customErrorResponseBodyDecoder: (body, response) => {
    const problem = problemOf(body)
    if (!problem) return undefined
    const { code, message, ...data } = problem
    return new ORPCError(code, { status: response.status, message, data })
  },
})

export const client: JsonifiedClient<ContractRouterClient<Contract>> = createORPCClient(link)
export const orpc = createTanstackQueryUtils(client)
