/**
 * What control and its children say to each other. Control writes node.db first and then sends the number of the new
 * snapshot; serving swaps to it between two requests and acknowledges. Messages are structured clones of plain data.
 */
import { z } from 'zod'
import { alertRow, driftRow } from './alerts.ts'
import { accountUsage, refusalSeen } from './license/views.ts'
import { remoteReport } from './remote.ts'
import { feedbackTotals, shadowFigures } from './traffic.ts'
import { validationCheck, validationReport } from './validation.ts'
import { batches, deploymentState, deviceProbe, failure, hostingReport } from './views.ts'

const servingConfig = z.object({
  dataDir: z.string(),
  nodeId: z.string(),
  host: z.string(),
  /** 0 takes a free port. */
  port: z.int(),
  /** True where a taken port is an error and not a reason to take another. */
  portFixed: z.boolean(),
  /** The door for gRPC, on the same host; none where it is left out. */
  grpc: z.object({ port: z.int(), portFixed: z.boolean() }).optional(),
  tls: z.object({ cert: z.string(), key: z.string() }).nullable(),
  /** Hosts that requests may name beside the loopback names (DNS rebinding). */
  hostsAllowed: z.array(z.string()),
  /** Keys the HMAC of API keys, hex. */
  keyPepper: z.string(),
  /** Authenticates the usage chain, hex. */
  usageKey: z.string(),
  /** Bearer that control itself uses for the playground; new at each start. */
  internalKey: z.string(),
  /** Keys that die with the process, as their HMAC: the infer-only one of the printed curl line. */
  temporaryKeys: z.array(z.object({ hash: z.string(), name: z.string() })),
  /** Requests that one address may send in a minute; as many as it likes where it is left out. */
  addressRequestsPerMinute: z.int().min(1).optional(),
  engineThreads: z.int().min(1),
  /** A run that takes longer counts as hung; limits.engineRunSecondsMax where it is left out. */
  runSecondsMax: z.number().positive().optional(),
  /** In which a client must have taken its answer; limits.answerSecondsMax where it is left out. */
  answerSecondsMax: z.number().positive().optional(),
  /** In which a request, or a line of one, must have arrived; limits.requestSecondsMax where it is left out. */
  requestSecondsMax: z.number().positive().optional(),
  /** Bytes of loaded models; limits.modelMemoryShare of the machine's where it is left out. */
  modelBytesMax: z.number().positive().optional(),
  /** Where traces go, and the share of the requests that begin one; none where it is left out. */
  traces: z.object({ url: z.string(), ratio: z.number(), serviceName: z.string() }).optional(),
  logLevel: z.string(),
})
export type ServingConfig = z.infer<typeof servingConfig>

export const controlToServing = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), config: servingConfig }),
  /** Read node.db again; answer with `applied` of this number once every deployment has settled or been asked for. */
  z.object({ type: z.literal('snapshot'), number: z.int() }),
  /** Load a version that no endpoint serves, for one try in the playground; kept until idle. */
  z.object({ type: z.literal('try'), request: z.int(), versionId: z.string() }),
  /** Try each device by a run. */
  z.object({ type: z.literal('devices'), request: z.int() }),
  /** What became of a `change`. */
  z.object({ type: z.literal('changed'), request: z.int(), failure: failure.nullable() }),
  z.object({ type: z.literal('drain') }),
])
export type ControlToServing = z.infer<typeof controlToServing>

/** What was measured of a version on this machine, for the next time that it is loaded. */
const tuningRecord = z.object({
  versionId: z.string(),
  executionProvider: z.string(),
  fingerprint: z.string(),
  intraOpThreads: z.int(),
  spinning: z.boolean(),
  p50Ms: z.number(),
  p99Ms: z.number(),
})
export type TuningRecord = z.infer<typeof tuningRecord>

const deploymentReport = z.object({
  endpointId: z.string(),
  versionId: z.string(),
  state: deploymentState,
  failure: failure.nullable(),
  executionProviderUsed: z.string().nullable(),
  executionProviderReason: z.string().nullable(),
  loadMs: z.number().nullable(),
  bytesLoaded: z.number().nullable(),
  countedSince: z.string(),
  requestsTotal: z.int(),
  failuresTotal: z.int(),
  refusalsTotal: z.int(),
  queueLength: z.int(),
  latencyMsP50: z.number().nullable(),
  latencyMsP95: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  /** Of all versions that answer on the endpoint, told with its primary; null elsewhere. */
  endpointMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  batches,
  startedAt: z.string().nullable(),
  hosting: hostingReport.nullable(),
  /** Null where it is no shadow. */
  shadow: shadowFigures.nullable(),
  /** Null where nobody said anything. */
  feedback: feedbackTotals.nullable(),
})
export type DeploymentReport = z.infer<typeof deploymentReport>

/** What changed since it was told last. */
const licensingTold = z.object({
  accounts: z.array(accountUsage),
  refusals: z.array(refusalSeen),
  /** Why nothing is counted; null where counting goes on. */
  ledger: failure.nullable(),
})
export type LicensingTold = z.infer<typeof licensingTold>

export const servingToControl = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    url: z.string(),
    port: z.int(),
    /** host:port; null where there is no door for gRPC. */
    grpc: z.object({ address: z.string(), port: z.int() }).nullable(),
  }),
  z.object({ type: z.literal('failed'), failure }),
  z.object({ type: z.literal('applied'), number: z.int() }),
  z.object({ type: z.literal('tried'), request: z.int(), failure: failure.nullable() }),
  z.object({ type: z.literal('devices'), request: z.int(), devices: z.array(deviceProbe) }),
  /** A client of the model repository extension wants an endpoint started or stopped. */
  z.object({
    type: z.literal('change'),
    request: z.int(),
    endpoint: z.string(),
    action: z.enum(['start', 'stop']),
    actor: z.string(),
  }),
  tuningRecord.extend({ type: z.literal('tuned') }),
  /** A rule was broken: the version has no share any more, and control writes that down. */
  z.object({
    type: z.literal('roll-back'),
    endpointId: z.string(),
    versionId: z.string(),
    reason: z.string(),
  }),
  /** A rule of an alert is broken, or no longer. */
  alertRow
    .pick({
      ruleId: true,
      endpoint: true,
      model: true,
      version: true,
      metric: true,
      threshold: true,
      value: true,
      message: true,
      state: true,
    })
    .extend({ type: z.literal('alert') }),
  licensingTold.extend({ type: z.literal('licensing') }),
  /** API keys that were used since the last of these, by their ids. */
  z.object({ type: z.literal('keys-used'), ids: z.array(z.string()) }),
  /** Every few seconds, where requests were looked at. */
  z.object({ type: z.literal('drift'), rows: z.array(driftRow) }),
  /** Every second, and at once when a deployment changes. */
  z.object({
    type: z.literal('report'),
    deployments: z.array(deploymentReport),
    remotes: z.array(remoteReport),
    cpu: z.number(),
    memoryBytes: z.number(),
    modelBytes: z.number(),
    queueLength: z.int(),
    requestsTotal: z.int(),
  }),
  /** A run hangs: this thread was given up; serving wants to be drained and killed. */
  z.object({ type: z.literal('stuck'), versionId: z.string() }),
])
export type ServingToControl = z.infer<typeof servingToControl>

/** One lab process does one of these and exits. */
export const labTask = z.object({
  type: z.literal('validate'),
  /** A folder with the files of the package under their declared names, outpost.json among them. */
  directory: z.string(),
  /** A package file that is unpacked into the folder first, which is empty then; absent where that was done. */
  packageFile: z.string().optional(),
  /** Where the folder's files come from a package that was read and verified: what that has shown. */
  package: z
    .object({
      digest: z.string(),
      bytes: z.int(),
      files: z.int(),
      signature: z.object({ publisher: z.string(), fingerprint: z.string() }).nullable(),
    })
    .optional(),
  skipRun: z.boolean(),
  /** Opens sealed weights; hex. It goes from process to process and is never stored. */
  contentKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  memoryBytesMax: z.int(),
})
export type LabTask = z.infer<typeof labTask>

export const labToControl = z.discriminatedUnion('type', [
  z.object({ type: z.literal('check'), check: validationCheck, done: z.int(), of: z.int() }),
  z.object({ type: z.literal('report'), report: validationReport, graph: z.unknown() }),
  z.object({ type: z.literal('failed'), failure }),
])
export type LabToControl = z.infer<typeof labToControl>
