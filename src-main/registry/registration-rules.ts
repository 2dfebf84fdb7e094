/** The version rules against what the registry holds: for registering, for a draft, and before an import. */
import { OutpostError } from '../base/errors.ts'
import { buildMetadata, versionIdentity, versionNumbers, versionSortKey } from '../base/version-order.ts'
import {
  type GraphSummary,
  graphSummary,
  type PackageDescriptor,
  packageDescriptor,
} from '../contract/package.ts'
import { type NodeReader, readJson, readJsonOrNull } from '../store/sqlite.ts'
import { findModel } from '../store/tables/models.ts'
import { findVersion, readDocuments, releaseBelow, type StoredVersion } from '../store/tables/versions.ts'
import { type VersionFacts, type VersionProblem, versionProblems } from './version-rules.ts'

/** What the registry holds under this id and version already. */
export function existingVersion(
  db: NodeReader,
  descriptor: PackageDescriptor,
  manifestDigest: string,
): 'none' | 'same' | 'different' {
  const model = findModel(db, descriptor.id)
  const existing = model && findVersion(db, model.id, versionIdentity(descriptor.version))
  if (!existing) return 'none'
  return existing.manifestDigest === manifestDigest ? 'same' : 'different'
}

export interface Names {
  version: string
  dataVersion: string | null
}

/** R19: the data version stands in a field of its own or as build metadata; where both do, they agree. */
export function namesOf(descriptor: PackageDescriptor): Names {
  const build = buildMetadata(descriptor.version)
  const stated = descriptor.dataVersion ?? null
  if (build !== null && stated !== null && build !== stated) {
    throw new OutpostError(
      'DESCRIPTOR_INVALID',
      `The version ${descriptor.version} and the data version ${stated} name different data.`,
      { hint: 'Leave one of them out, or make them agree.' },
    )
  }
  return { version: versionIdentity(descriptor.version), dataVersion: stated ?? build }
}

export function problemsAmong(
  db: NodeReader,
  modelId: string,
  next: { descriptor: PackageDescriptor; graph: GraphSummary | null },
  names: Names,
  exact: boolean,
): VersionProblem[] {
  const before = releaseBelow(db, modelId, versionSortKey(names.version), versionNumbers(names.version))
  const facts: VersionFacts = { ...names, descriptor: next.descriptor, graph: next.graph }
  return versionProblems(facts, before && factsOf(db, before), exact)
}

function factsOf(db: NodeReader, version: StoredVersion): VersionFacts {
  const documents = readDocuments(db, version.id)
  if (!documents) throw new OutpostError('VERSION_NOT_FOUND', `The version ${version.version} is gone.`)
  return {
    version: version.version,
    dataVersion: version.dataVersion,
    descriptor: readJson(packageDescriptor, documents.descriptor, 'descriptor'),
    graph: readJsonOrNull(graphSummary, documents.graph, 'graph summary'),
  }
}
