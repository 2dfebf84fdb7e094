/**
 * One snapshot of what is served and who may ask: built from node.db as a whole and swapped in between two requests.
 */
import { withBuild } from '../../base/version-order.ts'
import { type PackageDescriptor, packageDescriptor } from '../../contract/package.ts'
import type { KeyScope } from '../../contract/views.ts'
import { type ExecutionProvider, executionProviders } from '../../engine/engine.ts'
import { type NodeReader, readJson } from '../../store/sqlite.ts'
import { aliasesOf } from '../../store/tables/aliases.ts'
import { listKeys } from '../../store/tables/api-keys.ts'
import { artifactsOf } from '../../store/tables/artifacts.ts'
import { type DesiredState, listEndpoints } from '../../store/tables/endpoints.ts'
import { findModel, findModelById } from '../../store/tables/models.ts'
import {
  findVersionById,
  readDocuments,
  type VersionName,
  versionNames,
} from '../../store/tables/versions.ts'

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
  batchSafe: boolean
  descriptor: PackageDescriptor
  files: ReadonlyArray<{ path: string; digest: string; bytes: number }>
}

export interface EndpointRoute {
  id: string
  name: string
  versionId: string
  executionProvider: ExecutionProvider
  desired: DesiredState
  /** Another one than before: someone deployed or started it again. */
  revision: number
  version: ServedVersion
}

export interface ServedKey {
  name: string
  scopes: KeyScope[]
  /** Milliseconds since the epoch. */
  expiresAt: number | null
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
  const versions = new Map(
    [...(known?.endpoints.values() ?? [])].map(({ version }) => [version.versionId, version]),
  )
  const endpoints = new Map<string, EndpointRoute>()
  for (const { id, name, versionId, executionProvider, desired, revision } of listEndpoints(db)) {
    const version = versions.get(versionId) ?? readServedVersion(db, versionId)
    if (!version) continue // the foreign key forbids it, so this is a file that someone edited
    versions.set(versionId, version)
    const provider = executionProviders.find((one) => one === executionProvider) ?? 'auto'
    endpoints.set(name, { id, name, versionId, executionProvider: provider, desired, revision, version })
  }
  const active = listKeys(db).filter((key) => key.revokedAt === null)
  const keys = new Map(
    active.map(({ hash, name, scopes, expiresAt }) => [
      hash,
      { name, scopes, expiresAt: expiresAt === null ? null : Date.parse(expiresAt) },
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

export function readServedVersion(db: NodeReader, versionId: string): ServedVersion | null {
  const version = findVersionById(db, versionId)
  const documents = readDocuments(db, versionId)
  const model = version && findModelById(db, version.modelId)
  if (!version || !documents || !model) return null
  return {
    versionId,
    model: model.name,
    number: version.version,
    dataVersion: version.dataVersion,
    version: withBuild(version.version, version.dataVersion),
    digest: version.manifestDigest,
    batchSafe: version.batchSafe === true,
    descriptor: readJson(packageDescriptor, documents.descriptor, 'descriptor'),
    files: artifactsOf(db, versionId),
  }
}

function readNames(db: NodeReader, name: string): ModelNames | null {
  const model = findModel(db, name)
  if (!model) return null
  const pins = new Map(aliasesOf(db, model.id).map((pin) => [pin.alias, pin.version]))
  return { versions: versionNames(db, model.id), pins }
}
