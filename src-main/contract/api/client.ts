/**
 * The typed client of the control API, for the page, the command line and the tests alike. A refusal is thrown as an
 * ORPCError: `code` of the catalogue, `message` the sentence, `data` the hint and details.
 */
import { createORPCClient, ORPCError } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { problem, problemContentType } from '../problem.ts'
import { type Contract, contract } from './contract.ts'

export type Client = ContractRouterClient<Contract>

export interface ProblemData {
  hint?: string | undefined
  retryable?: boolean | undefined
  details?: Record<string, unknown> | undefined
}

export interface ClientOptions {
  /** Where the API stands, with its prefix: http://127.0.0.1:7070/api. */
  url: string
  headers?: () => Record<string, string>
  fetch?: (request: Request) => Promise<Response>
}

export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? ((request: Request) => fetch(request))
  return createORPCClient(
    new OpenAPILink(contract, {
      url: options.url,
      headers: () => options.headers?.() ?? {},
      fetch: async (request, init) => asJson(await send(new Request(request, init))),
      customErrorResponseBodyDecoder: (body) => {
        const parsed = problem.safeParse(body)
        if (!parsed.success) return null
        const { code, status, detail, hint, retryable, details } = parsed.data
        return new ORPCError(code, {
          status,
          message: detail,
          data: { hint, retryable, details } satisfies ProblemData,
        })
      },
    }),
  )
}

/** The link reads bodies of application/json only, and a problem document is JSON under a name of its own. */
function asJson(response: Response): Response {
  if (!response.headers.get('content-type')?.startsWith(problemContentType)) return response
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}
