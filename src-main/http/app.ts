/**
 * The control side's one door: fetch(Request) → Response, for the browser over node:http and for the desktop window
 * over app://. It guards, finds out who asks, and hands over to the API, a raw route or the page's files.
 */
import { Hono } from 'hono'
import { createApiHandler } from '../api/handler.ts'
import { OutpostError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { always, type Credentials, identify, standingOf } from '../flows/access/identify.ts'
import { type Actor, owner } from '../flows/actor.ts'
import type { NodeContext } from '../flows/node-context.ts'
import { apiPage } from './api-page.ts'
import { limitBody } from './body-limit.ts'
import type { Environment, Transport } from './environment.ts'
import {
  downloadDraft,
  downloadPackage,
  downloadSealedPackage,
  receiveFile,
  registerModel,
} from './file-routes.ts'
import type { PageFiles } from './page-files.ts'
import { faultOf, problemAnswer } from './problem-answer.ts'
import { type Guard, guardRequest } from './request-guard.ts'
import { readSchema } from './schema-routes.ts'
import { securityHeaders } from './security-headers.ts'

export interface AppOptions {
  node: NodeContext
  guard: Guard
  page: PageFiles | null
}

/** Others, such as TRACE, no Request of fetch can carry. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function createApp({ node, guard, page }: AppOptions): Hono<Environment> {
  const app = new Hono<Environment>()
  const api = createApiHandler(node)

  app.use(async (context, next) => {
    const requestId = newId()
    context.set('requestId', requestId)
    if (!methods.has(context.req.method))
      throw new OutpostError(
        'METHOD_NOT_ALLOWED',
        `Nothing here answers to ${context.req.method.slice(0, 20)}.`,
      )
    if (!context.env.owner)
      guardRequest(guard, context.req.method, context.req.url, (name) => context.req.header(name))
    await next()
    context.header('x-request-id', requestId)
    if (!context.res.headers.has('content-security-policy')) {
      for (const [name, value] of Object.entries(securityHeaders(null))) context.header(name, value)
    }
  })

  app.onError((error, context) => {
    const known = error instanceof OutpostError ? error : faultOf(error)
    if (known.status >= 500) {
      node.log.error(
        { requestId: context.get('requestId'), path: context.req.path, err: known.cause ?? known },
        known.message,
      )
    }
    const answer = problemAnswer(known)
    for (const [name, value] of Object.entries(securityHeaders(null))) answer.headers.set(name, value)
    return answer
  })

  app.use('/api/*', identifyCaller(node))
  app.use('/models/*', identifyCaller(node))

  app.get('/health', (context) => context.json({ live: true }))
  app.put('/api/files', (context) => receiveFile(node, context))
  app.get('/api/packages/:model/:version', (context) => downloadPackage(node, context))
  app.get('/api/drafts/:id/folder', (context) => downloadDraft(node, context))
  app.get('/api/sealed-packages/:keyId', (context) => downloadSealedPackage(node, context))
  app.get('/api/schemas/:file', (context) => readSchema(context))
  app.get('/api/docs', async () => apiPage(await api.document()))
  app.get('/api/openapi.json', async (context) =>
    context.body(await api.document(), 200, { 'content-type': 'application/json' }),
  )

  app.use('/models/*', limitBody())
  app.use('/api/*', limitBody())
  app.post('/models/register', (context) => registerModel(node, context))
  app.all('/api/*', (context) =>
    api.answer(context.req.raw, {
      actor: context.get('actor'),
      transport: context.env,
      cookie: context.req.header('cookie'),
      requestId: context.get('requestId'),
      standing: () => (context.env.owner ? always : standingOf(node, credentialsOf(context))),
    }),
  )

  app.get('*', async (context) => {
    const file = page && (await page.answer(context.req.path))
    if (file) return file
    throw new OutpostError('NOT_FOUND', `There is nothing at ${context.req.path.slice(0, 200)}.`)
  })
  app.all('*', (context) => {
    throw new OutpostError('NOT_FOUND', `There is nothing at ${context.req.path.slice(0, 200)}.`)
  })
  return app
}

interface Caller {
  env: Transport
  req: { header(name: string): string | undefined }
}

const credentialsOf = ({ req, env }: Caller): Credentials => ({
  authorization: req.header('authorization'),
  cookie: req.header('cookie'),
  address: env.address,
})

const identifyCaller =
  (node: NodeContext) =>
  async (
    context: Caller & { set(key: 'actor', actor: Actor): void },
    next: () => Promise<void>,
  ): Promise<void> => {
    const actor = context.env.owner ? owner : identify(node, credentialsOf(context))
    context.set('actor', actor)
    await next()
  }
