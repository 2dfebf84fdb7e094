/**
 * The rooms of a node, put together: databases, jobs, serving and what the flows may use of them. node.ts, which opens
 * and closes a node, is the only one to ask for them.
 */
import { randomBytes } from 'node:crypto'
import { relative } from 'node:path'
import { createBroadcast } from './base/broadcast.ts'
import type { StartChild } from './base/child.ts'
import { type Clock, isoTime, systemClock } from './base/clock.ts'
import { createFailureLimiter, createGuessLimiter } from './base/failure-limiter.ts'
import { keyHash } from './base/key-hash.ts'
import { type Log, openLog } from './base/log.ts'
import type { NodeEvent } from './contract/api/system.ts'
import { limits } from './contract/limits.ts'
import { noteKeysUsed, temporaryKey } from './flows/access/keys.ts'
import { loadSecrets, type SecretStore } from './flows/access/secrets.ts'
import { createAlertIntake } from './flows/alerts/alert-intake.ts'
import type { AlertChange } from './flows/alerts/alerts.ts'
import { createWebhookOutbox } from './flows/alerts/webhook-outbox.ts'
import { runDraftBuild, runDraftTest } from './flows/drafts/build-draft.ts'
import { noteLicensing } from './flows/licenses/note-licensing.ts'
import { watchLicenses } from './flows/licenses/notices.ts'
import { openLicensing } from './flows/licenses/open-licensing.ts'
import { createQuotaBoard } from './flows/licenses/quota-board.ts'
import { createMailOutbox } from './flows/mail/mail-outbox.ts'
import type { NodeContext } from './flows/node-context.ts'
import { createFileHandles } from './flows/packages/file-handles.ts'
import { runImport, uploadsKeptSince } from './flows/packages/import-package.ts'
import { createStagedPackages } from './flows/packages/staged-packages.ts'
import { createAskServing } from './flows/serve/ask-serving.ts'
import { changeByName } from './flows/serve/deploy.ts'
import { keepTuning } from './flows/serve/keep-tuning.ts'
import { type ServingPlace, type ServingSecrets, servingConfig } from './flows/serve/serving-config.ts'
import { tracesEndpoint } from './flows/serve/traces-endpoint.ts'
import { rollBackByRule } from './flows/serve/traffic.ts'
import { runBackup } from './flows/upkeep/backup.ts'
import { runCollect } from './flows/upkeep/collect.ts'
import { createCrashRecord } from './flows/upkeep/crashes.ts'
import { runInstallSamples } from './flows/upkeep/samples.ts'
import { runVerify } from './flows/upkeep/verify.ts'
import { type Listener, type ListenOptions, publicUrl } from './http/listen.ts'
import { createJobRunner, type JobHandler, type JobKind } from './jobs/runner.ts'
import { createBlobStore } from './store/blobs/blobs.ts'
import type { DataDirectory } from './store/data-directory.ts'
import type { DataPaths } from './store/data-paths.ts'
import { openNodeDatabase, openUsageDatabase, readUsageDatabase } from './store/open.ts'
import { recoverDataDirectory } from './store/recover.ts'
import type { NodeWriter } from './store/sqlite.ts'
import { draftIds } from './store/tables/drafts.ts'
import { type JobTable, jobTable } from './store/tables/jobs.ts'
import { currentSnapshot, nodeId } from './store/tables/meta.ts'
import { sweepTemporaryFolders } from './store/temporary-folder.ts'
import { createServingSupervisor, type ServingSupervisor } from './supervisor/serving-supervisor.ts'

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
  /** A key from outside that may infer while the process runs. */
  givenKey?: string | null
  /** The desktop's safe storage; null keeps secrets in files that only the owner can read. */
  secrets: SecretStore | null
  logLevel: string
  /** Base address of an OTLP/HTTP collector, before the environment's; null or left out takes that. */
  otelEndpoint?: string | null
  /** Of the program, for people and for `GET /api/status`. */
  version: string
  clock?: Clock
}

/** A listener that reads more slowly than this many changes loses the oldest: it asks anew in any case. */
const eventsBufferedMax = 1000
const jobsKeptMs = limits.jobDaysMax * 24 * 60 * 60 * 1000

export interface Rooms {
  context: NodeContext
  /** The key of the printed curl line. */
  spare: ReturnType<typeof temporaryKey> | null
  listener: { current: Listener | null }
}

/** `opened` gets what has to be closed, in the order of opening. */
export async function furnish(
  config: NodeConfig,
  { paths }: DataDirectory,
  opened: AsyncDisposableStack,
): Promise<Rooms> {
  const clock = config.clock ?? systemClock
  const { db, usage } = openDatabases(paths, opened)
  const { log, close: closeLog } = openLog({ directory: paths.logs, level: config.logLevel, name: 'control' })
  opened.defer(closeLog)
  const quotas = createQuotaBoard(db)
  opened.defer(() => quotas.keep())
  const secrets = await loadSecrets(paths, config.secrets)
  const table = await recoverJobs(paths, db, clock)
  const { licensing, close: closeLicensing } = await openLicensing({
    db,
    root: paths.root,
    keys: paths.keys,
    pepper: secrets.pepper,
    process: 'control',
    ...(config.clock && { wall: () => clock.now() }),
  })
  opened.defer(closeLicensing)

  const spare = config.temporaryKey ? temporaryKey(secrets.pepper) : null
  const temporaryKeys = spare ? [{ hash: spare.hash, name: spare.name }] : []
  if (config.givenKey) temporaryKeys.push({ hash: keyHash(secrets.pepper, config.givenKey), name: 'given' })
  const events = createBroadcast<NodeEvent>(eventsBufferedMax)
  const announce: NodeContext['announce'] = (topic, id = null) =>
    events.send({ topic, id, at: isoTime(clock) })
  const listener: Rooms['listener'] = { current: null }
  const internalKey = randomBytes(32).toString('base64url')
  // Serving and the jobs need the context and stand in it: they ask for it when they are at work.
  const here = () => context
  const alertIntake = createAlertIntake(here)
  opened.defer(() => alertIntake.stop())
  const serving = superviseServing(
    config,
    here,
    { usageKey: secrets.usageKey, temporaryKeys },
    { clock, log, announce, db, onAlert: alertIntake.note },
  )
  opened.defer(() => serving.stop())
  const webhooks = createWebhookOutbox(here)
  opened.defer(() => webhooks.stop())
  const mails = createMailOutbox(here)
  opened.defer(() => mails.stop())
  const watch = watchLicenses(here)
  opened.defer(() => watch.stop())
  const jobs = createJobRunner({
    table,
    clock,
    log,
    handlers: jobHandlers(here),
    onChange: (id) => announce('jobs', id),
  })
  opened.defer(() => jobs.stop())

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
    files: createFileHandles(paths.uploads, clock),
    staged: createStagedPackages(),
    startChild: config.startChild,
    samplesDirectory: config.samplesDirectory,
    modelBytesMax: config.serving?.modelBytesMax ?? null,
    secrets: { ...secrets, internalKey, ownerToken: randomBytes(32).toString('base64url') },
    keyFailures: createGuessLimiter(clock),
    loginFailures: createFailureLimiter(clock),
    licensing,
    quotas,
    controlUrl: () => listener.current?.url ?? null,
    publicUrl: () =>
      listener.current && config.listen
        ? publicUrl(listener.current, config.listen, config.hostsAllowed)
        : null,
    snapshot: () => currentSnapshot(db),
    askServing: createAskServing({
      url: () => serving.state().url,
      certificate: config.serving?.tls?.cert ?? null,
      internalKey,
    }),
    webhooks,
    mails,
    announce,
  }
  return { context, spare, listener }
}

function openDatabases(paths: DataPaths, opened: AsyncDisposableStack) {
  const db = openNodeDatabase(paths.root)
  opened.defer(() => void db.close())
  openUsageDatabase(paths.root).close() // migrated here, written by serving
  const usage = readUsageDatabase(paths.root)
  opened.defer(() => void usage.close())
  return { db, usage }
}

/** The jobs that a former process left, and the folder without what it had half written. */
async function recoverJobs(paths: DataPaths, db: NodeWriter, clock: Clock): Promise<JobTable> {
  const table = jobTable(db)
  table.sweep(new Date(clock.now() - jobsKeptMs).toISOString())
  const uploads = table
    .inputsInUse(uploadsKeptSince(clock))
    .flatMap(({ path }) => (typeof path === 'string' ? [relative(paths.uploads, path)] : []))
  await sweepTemporaryFolders()
  await recoverDataDirectory(paths, { uploads: new Set(uploads), drafts: new Set(draftIds(db)) })
  return table
}

function superviseServing(
  config: NodeConfig,
  context: () => NodeContext,
  keys: ServingSecrets,
  parts: {
    clock: Clock
    log: Log
    announce: NodeContext['announce']
    db: NodeWriter
    onAlert: (change: AlertChange) => void
  },
): ServingSupervisor {
  const crashes = createCrashRecord()
  return createServingSupervisor({
    startChild: config.startChild,
    clock: parts.clock,
    log: parts.log,
    config: (previousPorts) => {
      if (!config.serving) throw new Error('a node without serving has nothing to start')
      const { hostsAllowed, logLevel } = config
      const traces = tracesEndpoint(process.env, config.otelEndpoint ?? null)
      return servingConfig(context(), config.serving, keys, {
        hostsAllowed,
        logLevel,
        previousPorts,
        traces,
      })
    },
    snapshot: () => currentSnapshot(parts.db),
    onCrash: () => crashes.note(context()),
    onStuck: (versionId) => crashes.stuck(context(), versionId),
    onChangeAsked: ({ endpoint, action, actor }) => changeByName(context(), endpoint, action, actor),
    onTuned: (measured) => keepTuning(context(), measured),
    onRollBack: (broken) =>
      void rollBackByRule(context(), broken).catch((error: unknown) =>
        parts.log.error({ err: error, ...broken }, 'a version could not be taken out'),
      ),
    onLicensing: (told) => noteLicensing(context(), told),
    onKeysUsed: (ids) => noteKeysUsed(context(), ids),
    onAlert: parts.onAlert,
    onChange: (topic) => parts.announce(topic),
  })
}

const jobHandlers = (context: () => NodeContext): Record<JobKind, JobHandler> => ({
  import: (work) => runImport(context(), work),
  build: (work) => runDraftBuild(context(), work),
  validate: (work) => runDraftTest(context(), work),
  verify: (work) => runVerify(context(), work),
  backup: (work) => runBackup(context(), work),
  samples: (work) => runInstallSamples(context(), work),
  collect: (work) => runCollect(context(), work),
})
