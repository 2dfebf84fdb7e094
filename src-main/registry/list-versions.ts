/** The versions of a model as the API shows them, newest first. */
import { z } from 'zod'
import { withBuild } from '../base/version-order.ts'
import { source } from '../contract/choices.ts'
import { changeType } from '../contract/package.ts'
import { type deploymentState, stage, type VersionRow } from '../contract/views.ts'
import { type NodeReader, readJson } from '../store/sqlite.ts'
import { aliasesOf } from '../store/tables/aliases.ts'
import type { StoredEndpoint } from '../store/tables/endpoints.ts'
import { findModelById, type StoredModel } from '../store/tables/models.ts'
import { findListedVersion, type ListedVersion, listStoredVersions } from '../store/tables/version-list.ts'
import { endpointsServing } from './endpoints-serving.ts'
import { publisherTrust } from './publisher-trust.ts'
import { requireModel } from './resolve.ts'

/** What an endpoint does now: serving's to report. */
export type EndpointState = (endpoint: StoredEndpoint) => z.infer<typeof deploymentState>

/** MODEL_NOT_FOUND. */
export function listVersions(
  db: NodeReader,
  modelName: string,
  window: { offset: number; limit: number },
  stateOf: EndpointState,
): { rows: VersionRow[]; total: number } {
  const model = requireModel(db, modelName)
  const read = rowReader(db, model, stateOf)
  return { rows: listStoredVersions(db, model.id, window).map(read), total: model.versionCount }
}

export function findVersionRow(db: NodeReader, versionId: string, stateOf: EndpointState): VersionRow | null {
  const version = findListedVersion(db, versionId)
  const model = version && findModelById(db, version.modelId)
  return model && rowReader(db, model, stateOf)(version)
}

export const endpointNames = (endpoints: StoredEndpoint[], stateOf: EndpointState): VersionRow['endpoints'] =>
  endpoints.map((endpoint) => ({ name: endpoint.name, state: stateOf(endpoint) }))

const deltas = z.record(z.string(), z.number())

function rowReader(
  db: NodeReader,
  model: StoredModel,
  stateOf: EndpointState,
): (version: ListedVersion) => VersionRow {
  const publisher = publisherTrust(db)
  const pins = aliasesOf(db, model.id)
  const moving = (alias: string, versionId: string | null) =>
    versionId === null || pins.some((pin) => pin.alias === alias) ? [] : [{ alias, versionId }]
  const aliases = [
    ...moving('latest', model.latestVersionId),
    ...moving('stable', model.stableVersionId),
    ...pins,
  ]
  return (version) => ({
    id: version.id,
    model: model.name,
    version: withBuild(version.version, version.dataVersion),
    dataVersion: version.dataVersion,
    changeType: changeType.parse(version.changeType),
    stage: stage.parse(version.stage),
    prerelease: version.prerelease !== null,
    aliases: aliases.filter((entry) => entry.versionId === version.id).map((entry) => entry.alias),
    digest: version.manifestDigest,
    bytes: version.bytes,
    metric:
      version.metricName === null || version.metricValue === null
        ? null
        : { name: version.metricName, value: version.metricValue },
    benchmarkDeltas: readJson(deltas, version.benchmarkDeltas, 'set of benchmark deltas'),
    predecessor:
      version.predecessor === null ? null : withBuild(version.predecessor, version.predecessorData),
    batchSafe: version.batchSafe,
    publisher: publisher(version.publisherName, version.publisherFingerprint),
    source: source.parse(version.source),
    endpoints: endpointNames(endpointsServing(db, version.id), stateOf),
    deprecatedAt: version.deprecatedAt,
    sunsetAt: version.sunsetAt,
    replacement: version.replacement,
    registeredAt: version.registeredAt,
  })
}
