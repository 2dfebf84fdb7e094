/** The list of models as the API shows it, searched, filtered and in windows; and one model in detail. */
import type { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { withBuild } from '../base/version-order.ts'
import { source, task } from '../contract/choices.ts'
import type { ModelRow, modelDetail } from '../contract/views.ts'
import type { NodeReader } from '../store/sqlite.ts'
import { endpointsOfModel, endpointsOfModels, type StoredEndpoint } from '../store/tables/endpoints.ts'
import {
  findListedModel,
  type ListedModel,
  listStoredModels,
  type ModelQuery,
} from '../store/tables/model-list.ts'
import { matchExpression } from '../store/tables/model-search.ts'
import { newestVersion } from '../store/tables/versions.ts'
import { type EndpointState, endpointNames } from './list-versions.ts'
import { publisherTrust } from './publisher-trust.ts'
import { requireModel } from './resolve.ts'

export type ModelListQuery = Omit<ModelQuery, 'expression'> & { search?: string | undefined }

/** `stateOf` says what an endpoint does now, which is serving's to report. */
export function listModels(
  db: NodeReader,
  query: ModelListQuery,
  stateOf: EndpointState,
): { rows: ModelRow[]; total: number } {
  const searched = query.search !== undefined && query.search.trim() !== ''
  const expression = searched ? matchExpression(query.search ?? '') : null
  if (searched && expression === null) return { rows: [], total: 0 }
  const { rows, total } = listStoredModels(db, { ...query, expression })
  const endpoints = endpointsOfModels(
    db,
    rows.map((row) => row.id),
  )
  const trust = publisherTrust(db)
  const isOwn = (row: ListedModel) => trust(row.name, row.publisherFingerprint).trust === 'own'
  return { rows: rows.map((row) => toRow(row, isOwn(row), endpoints.get(row.id) ?? [], stateOf)), total }
}

/** MODEL_NOT_FOUND. */
export function findModelDetail(
  db: NodeReader,
  name: string,
  stateOf: EndpointState,
): z.infer<typeof modelDetail> {
  const model = requireModel(db, name)
  const row = findListedModel(db, model.sequence)
  if (!row) throw new OutpostError('MODEL_NOT_FOUND', `There is no model ${name} here.`)
  const latest = newestVersion(db, model)
  const publisher = publisherTrust(db)(
    latest?.publisherName ?? model.publisher,
    latest?.publisherFingerprint ?? null,
  )
  return {
    ...toRow(row, publisher.trust === 'own', endpointsOfModel(db, row.id), stateOf),
    owner: model.owner,
    publisher,
    createdAt: model.createdAt,
  }
}

function toRow(
  row: ListedModel,
  own: boolean,
  endpoints: StoredEndpoint[],
  stateOf: EndpointState,
): ModelRow {
  return {
    id: row.name,
    title: row.title,
    summary: row.summary,
    task: task.parse(row.task),
    tags: row.tags,
    latest: withBuild(row.latest, row.latestData),
    stable: row.stable === null ? null : withBuild(row.stable, row.stableData),
    versions: row.versionCount,
    bytes: row.latestBytes,
    metric:
      row.metricName === null || row.metricValue === null
        ? null
        : { name: row.metricName, value: row.metricValue },
    endpoints: endpointNames(endpoints, stateOf),
    source: source.parse(row.source),
    own,
    intact: row.intact,
    updatedAt: row.updatedAt,
  }
}
