/**
 * One snapshot of what is served and who may ask: built from node.db as a whole and swapped in between two requests.
 */
import { withBuild } from '../../base/version-order.ts'
import { type HostingSettings, hostingChanges, hostingOf } from '../../contract/hosting.ts'
import {
  type GraphSummary,
  graphSummary,
  type PackageDescriptor,
  packageDescriptor,
} from '../../contract/package.ts'
import { trafficPolicy } from '../../contract/traffic.ts'
import { validationReport } from '../../contract/validation.ts'
import type { KeyScope } from '../../contract/views.ts'
import { type NodeReader, readJson } from '../../store/sqlite.ts'
import { aliasesOf } from '../../store/tables/aliases.ts'
import { listKeys } from '../../store/tables/api-keys.ts'
import { artifactsOf } from '../../store/tables/artifacts.ts'
import { listTargets } from '../../store/tables/endpoint-targets.ts'
import { type DesiredState, listEndpoints } from '../../store/tables/endpoints.ts'
import { findModel, findModelById } from '../../store/tables/models.ts'
import {
  findVersionById,
  readDocuments,
  type VersionName,
  versionNames,
} from '../../store/tables/versions.ts'
import { type Choosable, makeSplit, type Split } from './choose-target.ts'

export interface ServedVersion {
  versionId: string
  /** publisher.name */
  model: string
  /** Without build metadata, and the build metadata. */
  number: string
  dataVersion: string | null
  /** Both: what answers and records say. */
  version: string
  /** Of the OCI manifest. */
  digest: string
  /** Milliseconds since the epoch. */
  registeredAt: number
  batchSafe: boolean
  /** True where validation ran it, on made-up inputs at least. */
  validated: boolean
  /** As validation measured it, loaded. */
  memoryBytes: number | null
  /** As the model's file says. */
  specs: Pick<GraphSummary, 'inputs' | 'outputs'> | null
  descriptor: PackageDescriptor
  /** Of the key that signed it. */
  publisherFingerprint: string | null
  /** Seconds since the epoch. */
  releasedAt: number
  files: ReadonlyArray<{ path: string; digest: string; bytes: number }>
}

/** One version of an endpoint. */
export interface RouteTarget extends Choosable {
  versionId: string
  version: ServedVersion
  hosting: HostingSettings
  /** Another one than before: someone deployed or started it again. */
  revision: number
  /** Null where it is not deprecated. */
  deprecation: ServedDeprecation | null
}

/** R61, R62; milliseconds since the epoch. */
export interface ServedDeprecation {
  deprecatedAt: number
  sunsetAt: number | null
  replacement: string | null
}

export interface EndpointRoute {
  id: string
  name: string
  /** publisher.name of all its versions. */
  model: string
  desired: DesiredState
  split: Split<RouteTarget>
  /** The primary first. */
  targets: RouteTarget[]
  hasShadows: boolean
}

export interface ServedKey {
  id: string
  name: string
  scopes: KeyScope[]
  /** Milliseconds since the epoch. */
  expiresAt: number | null
  requestsPerMinute: number | null
  /** Null: what the site declares. */
  commercial: boolean | null
}

/** What a reference may mean: the versions, newest first, and the aliases that were pinned. */
export interface ModelNames {
  versions: VersionName[]
  pins: Map<string, string>
}

export interface Routes {
  endpoints: Map<string, EndpointRoute>
  /** By the keyed hash of the secret; those that were revoked are not among them. */
  keys: Map<string, ServedKey>
  /** Null where no such model is registered. */
  namesOf(model: string): ModelNames | null
}

/** Versions never change, so those of the snapshot before are taken over. */
export function readRoutes(db: NodeReader, known: Routes | null): Routes {
  const readVersion = versionReader(db, known)
  const others = Map.groupBy(listTargets(db), (target) => target.endpointId)
  const endpoints = new Map<string, EndpointRoute>()
  for (const endpoint of listEndpoints(db)) {
    const primary = targetOf(
      db,
      { ...endpoint, role: 'primary', buckets: [], endpointSettings: endpoint.settings },
      readVersion,
    )
    if (!primary) continue // the foreign key forbids it, so this is a file that someone edited
    const beside = (others.get(endpoint.id) ?? [])
      .map((target) => targetOf(db, { ...target, endpointSettings: endpoint.settings }, readVersion))
      .filter((target) => target !== null)
    const policy = readJson(trafficPolicy, endpoint.policy, 'policy')
    const { id, name, model, desired } = endpoint
    const split = makeSplit(id, policy, primary, beside)
    endpoints.set(name, {
      id,
      name,
      model,
      desired,
      split,
      targets: [primary, ...beside],
      hasShadows: beside.some(({ role }) => role === 'shadow'),
    })
  }
  const active = listKeys(db).filter((key) => key.revokedAt === null)
  const keys = new Map(
    active.map(({ id, hash, name, scopes, expiresAt, requestsPerMinute, commercial }) => [
      hash,
      {
        id,
        name,
        scopes,
        expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
        requestsPerMinute,
        commercial,
      },
    ]),
  )
  const names = new Map<string, ModelNames>()
  const namesOf = (model: string): ModelNames | null => {
    const found = names.get(model) ?? readNames(db, model)
    if (found) names.set(model, found)
    return found
  }
  return { endpoints, keys, namesOf }
}

type ReadVersion = (versionId: string) => ServedVersion | null

function versionReader(db: NodeReader, known: Routes | null): ReadVersion {
  const versions = new Map<string, ServedVersion>()
  for (const { targets } of known?.endpoints.values() ?? [])
    for (const { version } of targets) versions.set(version.versionId, version)
  return (versionId) => {
    const version = versions.get(versionId) ?? readServedVersion(db, versionId)
    if (version) versions.set(versionId, version)
    return version
  }
}

type StoredRoute = Pick<RouteTarget, 'versionId' | 'role' | 'buckets' | 'revision'> & {
  executionProvider: string
  settings: string
  endpointSettings: string
}

function targetOf(db: NodeReader, stored: StoredRoute, readVersion: ReadVersion): RouteTarget | null {
  const version = readVersion(stored.versionId)
  if (!version) return null
  const { versionId, role, buckets, revision } = stored
  const changes = [stored.endpointSettings, stored.settings]
  const read = (settings: string) => readJson(hostingChanges, settings, 'settings')
  const hosting = hostingOf(stored.executionProvider, ...changes.map(read))
  const deprecation = readDeprecation(db, version.versionId)
  return {
    name: version.version,
    versionId,
    version,
    role,
    buckets,
    hosting,
    revision,
    deprecation,
  }
}

/** Unlike all else about a version it changes. */
function readDeprecation(db: NodeReader, versionId: string): ServedDeprecation | null {
  const stored = findVersionById(db, versionId)
  if (!stored || stored.deprecatedAt === null) return null
  return {
    deprecatedAt: Date.parse(stored.deprecatedAt),
    sunsetAt: stored.sunsetAt === null ? null : Date.parse(stored.sunsetAt),
    replacement: stored.replacement,
  }
}

export function readServedVersion(db: NodeReader, versionId: string): ServedVersion | null {
  const version = findVersionById(db, versionId)
  const documents = readDocuments(db, versionId)
  const model = version && findModelById(db, version.modelId)
  if (!version || !documents || !model) return null
  const validation =
    documents.validation === null ? null : readJson(validationReport, documents.validation, 'validation')
  return {
    versionId,
    model: model.name,
    number: version.version,
    dataVersion: version.dataVersion,
    version: withBuild(version.version, version.dataVersion),
    digest: version.manifestDigest,
    registeredAt: Date.parse(version.registeredAt),
    batchSafe: version.batchSafe === true,
    validated: validation?.latencyMs != null,
    memoryBytes: validation?.memory?.loadedBytes ?? null,
    specs: documents.graph === null ? null : readJson(graphSummary, documents.graph, 'graph'),
    descriptor: readJson(packageDescriptor, documents.descriptor, 'descriptor'),
    publisherFingerprint: version.publisherFingerprint,
    releasedAt: Math.floor(Date.parse(version.registeredAt) / 1000),
    files: artifactsOf(db, versionId),
  }
}

function readNames(db: NodeReader, name: string): ModelNames | null {
  const model = findModel(db, name)
  if (!model) return null
  const pins = new Map(aliasesOf(db, model.id).map((pin) => [pin.alias, pin.version]))
  return { versions: versionNames(db, model.id), pins }
}
