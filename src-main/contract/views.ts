/**
 * What the API shows of the node's records: rows of lists and the detail of one. Times are ISO 8601 UTC, sizes bytes,
 * durations milliseconds unless the name says otherwise.
 */
import { z } from 'zod'
import { jobState, source, task } from './choices.ts'
import { errorCodes } from './errors.ts'
import { hostingSettings } from './hosting.ts'
import { denialCode, licenseDecision } from './license/decision.ts'
import { limits } from './limits.ts'
import { digest, endpointName, modelId, rowId, timestamp, versionName } from './names.ts'
import { changeType, graphSummary, packageDescriptor } from './package.ts'
import { shadowFigures, targetRole, trafficPolicy, weight } from './traffic.ts'
import { validationReport } from './validation.ts'

/** A window of a list: `total` counts the whole filter, not the page. */
export const page = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), total: z.int() })
export const pageQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(100),
})

export const failure = z.object({
  code: z.enum(errorCodes as [string, ...string[]]),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type Failure = z.infer<typeof failure>

/** R112: the order is the way a version takes. */
export const stage = z.enum(['development', 'staging', 'canary', 'production', 'archived'])
export type Stage = z.infer<typeof stage>

/** Where a version came from. */

const publisherTrust = z.enum(['own', 'trusted', 'unknown', 'mismatch', 'unsigned'])
export const publisherSeen = z.object({
  name: z.string(),
  fingerprint: digest.nullable(),
  trust: publisherTrust,
})

export const deploymentState = z.enum(['starting', 'ready', 'failed', 'stopped', 'set-aside'])

export const modelRow = z.object({
  id: modelId,
  title: z.string(),
  summary: z.string(),
  task,
  tags: z.array(z.string()),
  latest: versionName,
  /** R14, R42: the newest version with a major above 0 and no prerelease, or what the alias was pinned to. */
  stable: versionName.nullable(),
  versions: z.int(),
  /** Bytes of the latest version's artifacts. */
  bytes: z.int(),
  metric: z.object({ name: z.string(), value: z.number() }).nullable(),
  endpoints: z.array(z.object({ name: endpointName, state: deploymentState })),
  source,
  /** Whether a key of this node signed the latest version: it needs no license then. */
  own: z.boolean(),
  /** Null until a verification has looked at it. */
  intact: z.boolean().nullable(),
  updatedAt: timestamp,
})
export type ModelRow = z.infer<typeof modelRow>

export const versionRow = z.object({
  id: rowId,
  model: modelId,
  version: versionName,
  dataVersion: z.string().nullable(),
  changeType,
  stage,
  prerelease: z.boolean(),
  aliases: z.array(z.string()),
  /** Of the OCI manifest: the identity of the version's bytes. */
  digest,
  bytes: z.int(),
  metric: z.object({ name: z.string(), value: z.number() }).nullable(),
  /** R12: figure by figure, this version minus its predecessor; latency in milliseconds. */
  benchmarkDeltas: z.record(z.string(), z.number()),
  predecessor: versionName.nullable(),
  batchSafe: z.boolean().nullable(),
  publisher: publisherSeen,
  source,
  endpoints: z.array(z.object({ name: endpointName, state: deploymentState })),
  deprecatedAt: timestamp.nullable(),
  sunsetAt: timestamp.nullable(),
  replacement: z.string().nullable(),
  registeredAt: timestamp,
})
export type VersionRow = z.infer<typeof versionRow>

export const artifactKind = z.enum(['weight', 'config', 'document', 'code', 'dataset', 'descriptor'])
const artifactRow = z.object({
  path: z.string(),
  kind: artifactKind,
  digest,
  bytes: z.int(),
  mediaType: z.string(),
})
export type ArtifactRow = z.infer<typeof artifactRow>

export const modelDetail = modelRow.extend({
  owner: z.object({ name: z.string(), contact: z.string().optional() }),
  publisher: publisherSeen,
  createdAt: timestamp,
})

export const versionDetail = versionRow.extend({
  descriptor: packageDescriptor,
  graph: graphSummary.nullable(),
  artifacts: z.array(artifactRow),
  /** Markdown, as packed. */
  card: z.string(),
  licenseText: z.string().nullable(),
  migrationGuide: z.string().nullable(),
  labels: z.record(z.string(), z.array(z.string())),
  /** A few cases of the suite, to fill a form with. */
  examples: z.array(
    z.object({ id: z.string(), inputs: z.record(z.string(), z.unknown()), label: z.string().nullable() }),
  ),
  validation: validationReport.nullable(),
  /** R97: the time of registration that the caller stated, where one did; `registeredAt` is when it really was. */
  claimedAt: timestamp.nullable(),
})
export type VersionDetail = z.infer<typeof versionDetail>

/** What was asked for and what is really used, null until loaded; and why that is another one. */
const deviceUsed = z.object({
  requested: z.string(),
  used: z.string().nullable(),
  reason: z.string().nullable(),
})

/** A device as a run on it has shown it. */
export const deviceProbe = z.object({
  executionProvider: z.enum(['cpu', 'cuda', 'webgpu', 'directml', 'coreml']),
  works: z.boolean(),
  /** Why it does not work; empty where it does. */
  reason: z.string(),
})
export type DeviceProbe = z.infer<typeof deviceProbe>

/** How a version stands in memory: its copies, its operator threads, and what a run took when that was measured. */
export const hostingReport = z.object({
  /** 0 where its next request loads it. */
  replicas: z.int(),
  intraOpThreads: z.int(),
  spinning: z.boolean(),
  /** Of one item, where the threads were chosen by measuring. */
  tunedP99Ms: z.number().nullable(),
  /** Rows of a run at most, now. */
  batchRowsMax: z.int(),
})

/** Requests that reached the model since serving started, and the rows of the runs that they shared, added up. */
export const batches = z.object({ requests: z.int(), rows: z.int() })

/** One version of an endpoint. */
const deploymentTarget = z.object({
  version: versionName,
  digest,
  role: targetRole,
  /** Of 10 000. */
  weight,
  state: deploymentState,
  failure: failure.nullable(),
  executionProvider: deviceUsed,
  bytesLoaded: z.number().nullable(),
  /** When the counts of requests and failures began: they do so with the process and with a start. Null while nothing counts. */
  countedSince: timestamp.nullable(),
  requestsTotal: z.int(),
  failuresTotal: z.int(),
  /** Requests that were answered with 4xx: a wrong input, a license, a quota. No failures. */
  refusalsTotal: z.int(),
  queueLength: z.int(),
  latencyMsP50: z.number().nullable(),
  latencyMsP95: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  batches,
  /** Null where it is no shadow. */
  shadow: shadowFigures.nullable(),
  /** The mean of the scores that callers gave since serving started; null where there is none. */
  quality: z.object({ mean: z.number(), total: z.int() }).nullable(),
})
export type DeploymentTarget = z.infer<typeof deploymentTarget>

export const deploymentRow = z.object({
  id: rowId,
  endpoint: endpointName,
  model: modelId,
  version: versionName,
  digest,
  state: deploymentState,
  failure: failure.nullable(),
  /** Why the licenses here refuse the primary to whoever asks; null where they do not, and where nothing runs. */
  deniedBy: denialCode.nullable(),
  executionProvider: deviceUsed,
  loadMs: z.number().nullable(),
  bytesLoaded: z.number().nullable(),
  /** Of the version that has counted for the longest; null while nothing counts. */
  countedSince: timestamp.nullable(),
  /** Of all versions that answer; so are failures, refusals, queue and latencies. */
  requestsTotal: z.int(),
  failuresTotal: z.int(),
  refusalsTotal: z.int(),
  queueLength: z.int(),
  latencyMsP50: z.number().nullable(),
  latencyMsP95: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  startedAt: timestamp.nullable(),
  hosting: hostingReport.nullable(),
  settings: hostingSettings,
  url: z.string(),
  /** The primary, whose figures stand above, first. */
  targets: z.array(deploymentTarget),
  policy: trafficPolicy,
})
export type DeploymentRow = z.infer<typeof deploymentRow>

/** One answered call; never inputs or outputs. */
export const requestRow = z.object({
  id: z.string(),
  at: timestamp,
  endpoint: z.string(),
  model: modelId,
  version: versionName,
  digest,
  /** Why this version answered: exact, alias stable, range 2.x, endpoint default. */
  rule: z.string(),
  status: z.int(),
  code: z.string().nullable(),
  consumer: z.string(),
  items: z.int(),
  tokensIn: z.int().nullable(),
  tokensOut: z.int().nullable(),
  latencyMs: z.number(),
  queueMs: z.number(),
  computeMs: z.number(),
  batchSize: z.int(),
  executionProvider: z.string(),
  bytesIn: z.int(),
  bytesOut: z.int(),
  /** The license that it was counted on, or that refused it; null where nobody's terms stand over the version. */
  license: z.string().nullable().default(null),
  /** The month that it was counted or refused in, as 2026-11: of trusted time, so `at` may say another one. */
  period: z.string().nullable().default(null),
  /** Counted on the quota; 0 where it failed, was refused, or was sent again under the same Idempotency-Key. */
  units: z.int().default(0),
  credits: z.int().default(0),
})
export type RequestRow = z.infer<typeof requestRow>

/** A job in one of these does nothing more unless someone asks for it again. */
export const jobEndStates: ReadonlySet<z.infer<typeof jobState>> = new Set([
  'done',
  'failed',
  'cancelled',
  'interrupted',
])
export const jobRow = z.object({
  id: rowId,
  kind: z.enum(['import', 'build', 'validate', 'verify', 'backup', 'samples', 'collect']),
  target: z.string(),
  state: jobState,
  /** 0 to 1, null while it cannot be told. */
  progress: z.number().min(0).max(1).nullable(),
  /** What it is doing now, in words. */
  step: z.string().nullable(),
  failure: failure.nullable(),
  /** By kind: the version registered, the report, the path written. */
  output: z.record(z.string(), z.unknown()).nullable(),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
})
export type JobRow = z.infer<typeof jobRow>

export const keyScope = z.enum(['infer', 'read', 'write', 'admin'])
export type KeyScope = z.infer<typeof keyScope>
export const keyRow = z.object({
  id: rowId,
  name: z.string(),
  /** The first characters, to tell keys apart; the rest is never stored. */
  prefix: z.string(),
  scopes: z.array(keyScope),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  /** Null: as many as it likes. */
  requestsPerMinute: z.int().nullable(),
  /** Null: what the site declares. */
  commercial: z.boolean().nullable(),
  revokedAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
})

export const publisherRow = z.object({
  name: z.string(),
  fingerprint: digest,
  own: z.boolean(),
  trustedAt: timestamp,
  note: z.string(),
  versions: z.int(),
})

/** What is known of a package before anything of it is installed. */
export const packageInspection = z.object({
  packageId: rowId,
  fileName: z.string(),
  bytes: z.int(),
  digest,
  descriptor: packageDescriptor,
  artifacts: z.array(artifactRow),
  publisher: publisherSeen,
  card: z.string(),
  /** What the registry already holds under this id and version, or held before it was deleted. */
  existing: z.enum(['none', 'same', 'different', 'deleted']),
  /** The nearest version below it that is in the registry. */
  predecessor: versionName.nullable(),
  /** What the licenses here would say to serving it. */
  license: licenseDecision,
})
export type PackageInspection = z.infer<typeof packageInspection>
