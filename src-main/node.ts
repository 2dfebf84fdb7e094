/**
 * createNode: the one place where the rooms of a node are put together. The desktop and the headless host call it
 * with what only they know (where to listen, how to start a child), and get fetch, start and stop.
 */
import { randomBytes } from 'node:crypto'
import { createFailureLimiter } from './auth/failure-limiter.ts'
import { issueLoginLink } from './auth/logins.ts'
import { createBroadcast } from './base/broadcast.ts'
import type { StartChild } from './base/child.ts'
import { type Clock, isoTime, systemClock } from './base/clock.ts'
import { openLog } from './base/log.ts'
import type { NodeEvent } from './contract/api/system.ts'
import type { FileHandle } from './contract/shell.ts'
import { runBackup } from './flows/backup.ts'
import { runDraftBuild, runDraftTest } from './flows/build-draft.ts'
import { runCollect } from './flows/collect.ts'
import { createCrashRecord } from './flows/crashes.ts'
import { createFileHandles } from './flows/file-handles.ts'
import { runImport } from './flows/import-package.ts'
import { temporaryKey } from './flows/keys.ts'
import type { NodeContext } from './flows/node-context.ts'
import { registerOwnKey } from './flows/publishers.ts'
import { sampleCall } from './flows/sample-call.ts'
import { runInstallSamples } from './flows/samples.ts'
import { loadSecrets, type SecretStore } from './flows/secrets.ts'
import { type ServingPlace, servingConfig } from './flows/serving-config.ts'
import { createStagedPackages } from './flows/staged-packages.ts'
import { runVerify } from './flows/verify.ts'
import { createApp } from './http/app.ts'
import type { Transport } from './http/environment.ts'
import { type Listener, type ListenOptions, listen, refuseInsecureBind } from './http/listen.ts'
import { readPageFiles } from './http/page-files.ts'
import { createJobRunner, type JobHandler, type JobKind } from './jobs/runner.ts'
import { createBlobStore } from './store/blobs.ts'
import { openDataDirectory } from './store/data-directory.ts'
import { draftIds } from './store/drafts.ts'
import { jobTable } from './store/jobs.ts'
import { currentSnapshot, nodeId } from './store/meta.ts'
import { countModels } from './store/models.ts'
import { openNodeDatabase, openUsageDatabase, readUsageDatabase } from './store/open.ts'
import { recoverDataDirectory } from './store/recover.ts'
import { createServingSupervisor } from './supervisor/serving-supervisor.ts'

export interface NodeConfig {
  dataDirectory: string
  host: 'desktop' | 'headless'
  startChild: StartChild
  /** Null where nobody listens: the desktop window and the command line call fetch. */
  listen: ListenOptions | null
  /** Null where nothing is served: a command that only looks at the registry. */
  serving: ServingPlace | null
  hostsAllowed: string[]
  rendererDirectory: string | null
  samplesDirectory: string
  /** Installs the samples when the registry is empty. */
  firstRunSamples: boolean
  /** Makes an infer-only key that dies with the process, for the line that the console prints. */
  temporaryKey: boolean
  /** The desktop's safe storage; null keeps secrets in files that only the owner can read. */
  secrets: SecretStore | null
  logLevel: string
  /** Of the program, for people and for `GET /api/status`. */
  version: string
  clock?: Clock
}

interface NodeAddresses {
  controlUrl: string | null
  servingUrl: string | null
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
  const clock = config.clock ?? systemClock
  const directory = await openDataDirectory(config.dataDirectory)
  try {
    return await furnish(config, clock, directory)
  } catch (error) {
    await directory.release()
    throw error
  }
}

async function furnish(
  config: NodeConfig,
  clock: Clock,
  directory: Awaited<ReturnType<typeof openDataDirectory>>,
): Promise<Node> {
  const { paths } = directory
  const db = openNodeDatabase(paths.root)
  openUsageDatabase(paths.root).close() // migrated here, written by serving
  const usage = readUsageDatabase(paths.root)
  const { log, close: closeLog } = openLog({ directory: paths.logs, level: config.logLevel, name: 'control' })
  const secrets = await loadSecrets(paths, config.secrets)
  const table = jobTable(db)
  const uploads = table
    .unfinishedInputs()
    .flatMap(({ path }) => (typeof path === 'string' ? [path.slice(paths.uploads.length + 1)] : []))
  await recoverDataDirectory(paths, { uploads: new Set(uploads), drafts: new Set(draftIds(db)) })

  const events = createBroadcast<NodeEvent>(1000)
  const announce: NodeContext['announce'] = (topic, id = null) =>
    events.send({ topic, id, at: isoTime(clock) })
  const spare = config.temporaryKey ? temporaryKey(secrets.pepper) : null
  const crashes = createCrashRecord()
  let listener: Listener | null = null
  let loginLink: string | null = null
  let firstSamples: string | null = null

  const serving = createServingSupervisor({
    startChild: config.startChild,
    clock,
    log,
    config: async (previousPort) => {
      if (!config.serving) throw new Error('a node without serving has nothing to start')
      const temporaryKeys = spare ? [{ hash: spare.hash, name: spare.name }] : []
      const options = { hostsAllowed: config.hostsAllowed, logLevel: config.logLevel, previousPort }
      return servingConfig(context, config.serving, { usageKey: secrets.usageKey, temporaryKeys }, options)
    },
    snapshot: () => currentSnapshot(db),
    onCrash: () => crashes.note(context),
    onChange: (topic) => announce(topic),
  })

  const handlers: Record<JobKind, JobHandler> = {
    import: (work) => runImport(context, work),
    build: (work) => runDraftBuild(context, work),
    validate: (work) => runDraftTest(context, work),
    verify: (work) => runVerify(context, work),
    backup: (work) => runBackup(context, work),
    samples: (work) => runInstallSamples(context, work),
    collect: (work) => runCollect(context, work),
  }
  const jobs = createJobRunner({ table, clock, log, handlers, onChange: (id) => announce('jobs', id) })

  const context: NodeContext = {
    version: config.version,
    nodeId: nodeId(db),
    host: config.host,
    startedAt: clock.now(),
    clock,
    log,
    paths,
    db,
    usage,
    blobs: createBlobStore(paths.root),
    jobs,
    jobTable: table,
    serving,
    events,
    files: createFileHandles(paths.uploads),
    staged: createStagedPackages(),
    startChild: config.startChild,
    samplesDirectory: config.samplesDirectory,
    secrets: {
      ...secrets,
      internalKey: randomBytes(32).toString('base64url'),
      ownerToken: randomBytes(32).toString('base64url'),
    },
    keyFailures: createFailureLimiter(clock),
    loginFailures: createFailureLimiter(clock),
    controlUrl: () => listener?.url ?? null,
    snapshot: () => currentSnapshot(db),
    askServing: (path, body, tryVersionId, signal) =>
      fetch(`${loopbackOf(serving.state().url ?? '')}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${context.secrets.internalKey}`,
          'content-type': 'application/json',
          ...(tryVersionId === null ? {} : { 'outpost-try': tryVersionId }),
        },
        body: JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    announce,
  }
  registerOwnKey(context)
  const page = config.rendererDirectory === null ? null : await readPageFiles(config.rendererDirectory)
  const app = createApp({ node: context, guard: { hostsAllowed: new Set(config.hostsAllowed) }, page })
  const answer = (request: Request, transport: Transport): Response | Promise<Response> =>
    app.fetch(request, transport)

  return {
    version: context.version,
    context,
    fetch: async (request, transport) =>
      answer(request, { owner: false, address: 'local', secure: true, ...transport }),
    async start() {
      const starting = config.serving ? serving.start() : Promise.resolve('')
      if (config.listen) listener = await listen(config.listen, answer)
      await starting
      loginLink = listener ? `${listener.url}/#/claim?token=${issueLoginLink(db, isoTime(clock))}` : null
      await directory.announce({
        url: listener?.url ?? null,
        servingUrl: serving.state().url,
        token: context.secrets.ownerToken,
      })
      jobs.recover()
      if (config.firstRunSamples && countModels(db) === 0)
        firstSamples = jobs.submit('samples', 'Sample models', { actor: 'node' })
      log.info({ control: listener?.url, serving: serving.state().url, dataDirectory: paths.root }, 'ready')
    },
    async stop() {
      await listener?.close()
      await jobs.stop()
      await serving.stop()
      usage.close()
      db.close()
      await directory.release()
      log.info('stopped')
      await closeLog()
    },
    addresses: () => ({ controlUrl: listener?.url ?? null, servingUrl: serving.state().url, loginLink }),
    adopt: (path) => context.files.adopt(path),
    async sampleCall() {
      if (firstSamples !== null) await jobs.ended(firstSamples)
      return spare ? sampleCall(context, spare.secret) : null
    },
  }
}

/** Serving may listen on all addresses; this process reaches it by loopback. */
const loopbackOf = (url: string): string =>
  url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:')
