/** One version in full, for its page: its row, what it was registered with, and its documents. */
import { OutpostError } from '../base/errors.ts'
import { graphSummary, packageDescriptor } from '../contract/package.ts'
import { validationReport } from '../contract/validation.ts'
import type { VersionDetail } from '../contract/views.ts'
import { type NodeReader, readJson, readJsonOrNull } from '../store/sqlite.ts'
import { artifactsOf } from '../store/tables/artifacts.ts'
import { readDocuments } from '../store/tables/versions.ts'
import { type EndpointState, findVersionRow } from './list-versions.ts'
import { resolveVersion } from './resolve.ts'
import { readVersionDocuments } from './version-documents.ts'

/** `reference` as after an "@". MODEL_NOT_FOUND, VERSION_NOT_FOUND; ARTIFACT_CORRUPT where a document is damaged. */
export async function findVersionDetail(
  db: NodeReader,
  dataDir: string,
  modelName: string,
  reference: string,
  stateOf: EndpointState,
): Promise<VersionDetail> {
  const { version } = resolveVersion(db, modelName, reference)
  const row = findVersionRow(db, version.id, stateOf)
  const documents = readDocuments(db, version.id)
  if (!row || !documents) {
    throw new OutpostError('VERSION_NOT_FOUND', `${modelName} has no version "${reference}" here.`)
  }
  const descriptor = readJson(packageDescriptor, documents.descriptor, 'descriptor')
  const artifacts = artifactsOf(db, version.id)
  const validation = readJsonOrNull(validationReport, documents.validation, 'validation report')
  return {
    ...row,
    descriptor,
    graph: readJsonOrNull(graphSummary, documents.graph, 'graph summary'),
    artifacts,
    claimedAt: documents.claimedAt,
    ...(await readVersionDocuments(dataDir, descriptor, artifacts, validation)),
    validation,
  }
}
