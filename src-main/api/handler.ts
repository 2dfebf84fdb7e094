/**
 * The contract's handlers behind fetch, their refusals as problem documents, and the OpenAPI document made from the
 * same contract.
 */
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { type ORPCError, ValidationError } from '@orpc/server'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { issuesInWords } from '../base/issue-words.ts'
import { parseJson } from '../base/json.ts'
import { type Problem, problemContentType } from '../contract/problem.ts'
import { loginCookie } from '../flows/access/identify.ts'
import type { NodeContext } from '../flows/node-context.ts'
import { filePaths, securitySchemes } from './file-paths.ts'
import type { CallerContext } from './implementer.ts'
import { problemOf } from './problems.ts'
import { createRouter } from './router.ts'

const refusalWords = z.object({
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})

function encodeProblem(error: ORPCError<string, unknown>): Problem {
  const { hint, details } = refusalWords.safeParse(error.data).data ?? {}
  const message =
    error.cause instanceof ValidationError
      ? issuesInWords(error.cause.issues, error.cause.data)
      : error.message
  return problemOf({ code: error.code, status: error.status, message, hint, details })
}

/**
 * The handler parses with JSON.parse, which lets pass what parseJson refuses. Forms are refused too: a page of another
 * site can send one without asking first.
 */
async function strictRequest(request: Request): Promise<Request> {
  if (request.method === 'GET' || request.method === 'HEAD') return request
  const { method, headers, signal } = request
  const text = await request.text()
  if (text === '') return new Request(request.url, { method, headers, signal })
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new OutpostError('UNSUPPORTED_MEDIA_TYPE', 'The API takes bodies of application/json.', {
      hint: 'Send Content-Type: application/json; files go to PUT /api/files.',
    })
  }
  parseJson(text)
  return new Request(request.url, { method, headers, signal, body: text })
}

export interface ApiHandler {
  answer(request: Request, caller: CallerContext): Promise<Response>
  /** The OpenAPI 3.1 document, as JSON text. */
  document(): Promise<string>
}

export function createApiHandler(node: NodeContext): ApiHandler {
  const router = createRouter()
  const handler = new OpenAPIHandler(router, { customErrorResponseBodyEncoder: encodeProblem })
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  let document: Promise<string> | undefined

  return {
    document() {
      document ??= generator
        .generate(router, {
          info: { title: 'Outpost control API', version: node.version },
          servers: [{ url: '/api' }],
        })
        .then((made) =>
          JSON.stringify({
            ...made,
            paths: { ...made.paths, ...filePaths },
            components: { ...made.components, securitySchemes: securitySchemes(loginCookie(node)) },
            security: [{ key: [] }, { login: [] }],
          }),
        )
      return document
    },
    async answer(request, caller) {
      const answerHeaders = new Headers()
      const { matched, response } = await handler.handle(await strictRequest(request), {
        prefix: '/api',
        context: { ...caller, node, answerHeaders },
      })
      if (!matched)
        throw new OutpostError('NOT_FOUND', 'There is no such procedure.', { hint: '/api/docs lists them.' })
      for (const [name, value] of answerHeaders) response.headers.append(name, value)
      response.headers.set('cache-control', 'no-store')
      if (response.status >= 400) response.headers.set('content-type', problemContentType)
      return response
    },
  }
}
