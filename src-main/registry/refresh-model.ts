/**
 * Keeps what is computed from a model's versions in step after one came or went: newest and stable, count and bytes,
 * the text that is searched, and the predecessor and deltas of the versions beside the change.
 */
import { isStable } from '../base/version-reference.ts'
import { packageDescriptor } from '../contract/package.ts'
import { validationReport } from '../contract/validation.ts'
import { type NodeReader, type NodeWriter, readJson, readJsonOrNull } from '../store/sqlite.ts'
import { aliasesOf } from '../store/tables/aliases.ts'
import { forgetModel, indexModel } from '../store/tables/model-search.ts'
import {
  deleteModel,
  describeModel,
  findModelById,
  type StoredModel,
  setModelVersions,
} from '../store/tables/models.ts'
import {
  findVersionById,
  readDocuments,
  releaseNotes,
  type StoredVersion,
  setPredecessor,
  versionAbove,
  versionAt,
  versionBelow,
  versionNames,
} from '../store/tables/versions.ts'
import { benchmarkDeltas, type Figures, figuresOf } from './benchmark-deltas.ts'

/** `changedAt` is the sort key of the version that came or went, null where only an alias did. A model without versions goes with the last of them. */
export function refreshModel(db: NodeWriter, modelId: string, changedAt: string | null, at: string): void {
  const model = findModelById(db, modelId)
  if (!model) return
  const names = versionNames(db, modelId)
  const pins = new Map(aliasesOf(db, modelId).map((pin) => [pin.alias, pin.versionId]))
  const latest = names.find(({ version }) => !version.includes('-')) ?? names[0]
  if (!latest) {
    forgetModel(db, model.sequence)
    deleteModel(db, modelId)
    return
  }
  if (changedAt !== null) relinkAround(db, modelId, changedAt)
  const stable = pins.get('stable') ?? names.find(({ version }) => isStable(version))?.id ?? null
  setModelVersions(db, modelId, {
    latestVersionId: latest.id,
    stableVersionId: stable,
    versionCount: names.length,
    latestBytes: findVersionById(db, latest.id)?.bytes ?? 0,
  })
  describe(db, model, latest.id, at)
}

function relinkAround(db: NodeWriter, modelId: string, sortKey: string): void {
  for (const version of [versionAt(db, modelId, sortKey), versionAbove(db, modelId, sortKey)]) {
    if (version) relink(db, version)
  }
}

function relink(db: NodeWriter, version: StoredVersion): void {
  const predecessor = versionBelow(db, version.modelId, version.sortKey)
  const deltas = benchmarkDeltas(figures(db, version.id), predecessor && figures(db, predecessor.id))
  setPredecessor(db, version.id, predecessor?.id ?? null, deltas)
}

function figures(db: NodeReader, versionId: string): Figures {
  const documents = readDocuments(db, versionId)
  if (!documents) return {}
  return figuresOf(
    readJson(packageDescriptor, documents.descriptor, 'descriptor'),
    readJsonOrNull(validationReport, documents.validation, 'validation report'),
  )
}

/** Notes of this many versions are searched; older ones describe what nobody installs any more. */
const searchedNotesMax = 50

/** What is shown and searched of a model is what its newest version says. */
function describe(db: NodeWriter, model: StoredModel, latestId: string, at: string): void {
  const latest = findVersionById(db, latestId)
  const documents = readDocuments(db, latestId)
  if (!latest || !documents) return
  const { title, summary, task, tags, owner } = readJson(
    packageDescriptor,
    documents.descriptor,
    'descriptor',
  )
  const { id, sequence, name } = model
  describeModel(db, { id, sequence, title, summary, task, tags, owner, source: latest.source, updatedAt: at })
  const notes = releaseNotes(db, id, searchedNotesMax).join('\n')
  indexModel(db, sequence, { name, title, summary, tags: tags.join(' '), task, notes })
}
