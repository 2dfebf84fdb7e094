/**
 * createNode: a whole node from what only its host knows (where to listen, how to start a child). The desktop and the
 * headless host call it and get fetch, start and stop; what was opened is closed in the opposite order.
 */
import { issueLoginLink } from './auth/logins.ts'
import { isoTime } from './base/clock.ts'
import type { FileHandle } from './contract/shell.ts'
import { registerOwnKey } from './flows/access/publishers.ts'
import type { NodeContext } from './flows/node-context.ts'
import { resumePending } from './flows/serve/introduce.ts'
import { sampleCall } from './flows/serve/sample-call.ts'
import { createApp } from './http/app.ts'
import type { Transport } from './http/environment.ts'
import { answeredHosts, listen, refuseInsecureBind } from './http/listen.ts'
import { type PageFiles, readPageFiles } from './http/page-files.ts'
import { furnish, type NodeConfig, type Rooms } from './node-rooms.ts'
import { type DataDirectory, openDataDirectory } from './store/data-directory.ts'
import { countModels } from './store/tables/models.ts'

export type { NodeConfig }

interface NodeAddresses {
  controlUrl: string | null
  servingUrl: string | null
  grpcAddress: string | null
  /** Logs in once. */
  loginLink: string | null
}

export interface Node {
  readonly version: string
  /** Who may call it as the owner is decided by the transport: `owner` is the desktop window or this process. */
  fetch(request: Request, transport?: Partial<Transport>): Promise<Response>
  start(): Promise<void>
  stop(): Promise<void>
  addresses(): NodeAddresses
  /** For the desktop's dialogs and the local command line: a path becomes a one-time handle. */
  adopt(path: string): Promise<FileHandle>
  /** One curl line that answers from a sample model, as soon as one is ready; null where there is none. */
  sampleCall(): Promise<string | null>
  readonly context: NodeContext
}

export async function createNode(config: NodeConfig): Promise<Node> {
  if (config.listen) refuseInsecureBind(config.listen)
  if (config.serving)
    refuseInsecureBind({ ...config.serving, behindProxy: config.listen?.behindProxy ?? false })
  // Closed in the opposite order of opening, at the stop, and here where something later could not be opened.
  const opened = new AsyncDisposableStack()
  try {
    const directory = await openDataDirectory(config.dataDirectory)
    opened.defer(() => directory.release())
    const rooms = await furnish(config, directory, opened)
    registerOwnKey(rooms.context)
    const page = config.rendererDirectory === null ? null : await readPageFiles(config.rendererDirectory)
    return hostNode(config, directory, { ...rooms, page }, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

function hostNode(
  config: NodeConfig,
  directory: DataDirectory,
  { context, spare, listener, page }: Rooms & { page: PageFiles | null },
  opened: AsyncDisposableStack,
): Node {
  const { db, clock, log, serving, jobs } = context
  const hosts = answeredHosts(config.listen?.host, config.hostsAllowed)
  const app = createApp({ node: context, guard: { hostsAllowed: hosts }, page })
  const answer = (request: Request, transport: Transport): Response | Promise<Response> =>
    app.fetch(request, transport)
  const addresses = { controlUrl: null as string | null, loginLink: null as string | null }
  let firstSamples: string | null = null

  async function openDoor(): Promise<void> {
    if (!config.listen) return
    const opening = await listen(config.listen, answer)
    listener.current = opening
    opened.defer(() => opening.close())
    addresses.controlUrl = opening.url
    addresses.loginLink = `${context.publicUrl()}/#/claim?token=${issueLoginLink(db, isoTime(clock))}`
  }

  return {
    version: context.version,
    context,
    fetch: async (request, transport) =>
      answer(request, { owner: false, address: 'local', secure: true, ...transport }),
    async start() {
      const starting = config.serving ? serving.start() : Promise.resolve('')
      starting.catch(() => undefined) // awaited below, where the door could be opened
      await openDoor()
      // Jobs need no serving but to deploy, which waits for it; on the desktop they go on where it cannot start.
      jobs.recover()
      context.mails.wake()
      context.webhooks.wake() // what a former process could not deliver
      if (config.firstRunSamples && countModels(db) === 0)
        firstSamples = jobs.submit('samples', 'Sample models', { actor: 'node' })
      await starting
      await directory.announce({
        url: addresses.controlUrl,
        servingUrl: serving.state().url,
        grpcAddress: serving.state().grpcAddress,
        certificate: config.listen?.tls?.cert ?? null,
        token: context.secrets.ownerToken,
      })
      const { root } = context.paths
      log.info({ control: addresses.controlUrl, serving: serving.state().url, dataDirectory: root }, 'ready')
      if (config.serving)
        resumePending(context).catch((error: unknown) =>
          log.error({ err: error }, 'a transition could not be taken up again'),
        )
    },
    async stop() {
      log.info('stopping')
      context.events.end() // streams end here, so that the listener waits for answers alone
      await opened.disposeAsync()
    },
    addresses: () => {
      const { url, grpcAddress } = serving.state()
      return { ...addresses, servingUrl: url, grpcAddress }
    },
    adopt: (path) => context.files.adopt(path),
    async sampleCall() {
      if (firstSamples !== null) await jobs.ended(firstSamples)
      return spare ? sampleCall(context, spare.secret) : null
    },
  }
}
