/** Drafts of the package wizard: begun from files, changed field by field, kept on disk as they are typed. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isoTime } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { parseJson } from '../base/json.ts'
import { nextVersion } from '../base/version-order.ts'
import { changeType, graphSummary, type PackageDescriptor, packageDescriptor } from '../contract/package.ts'
import type { DraftDetail } from '../contract/views.ts'
import { describeOnnx } from '../package/describe-onnx.ts'
import { inspectOnnx } from '../package/inspect-onnx.ts'
import type { PackageSource } from '../package/package-source.ts'
import {
  deleteDraft,
  findDraft,
  listDrafts as listStored,
  putDraft,
  type StoredDraft,
} from '../store/drafts.ts'
import { findModel } from '../store/models.ts'
import { ownPublisher } from '../store/publishers.ts'
import { readJson, readJsonOrNull } from '../store/sqlite.ts'
import { findVersion, findVersionById, readDocuments } from '../store/versions.ts'
import { draftFolder, kindOf, placeFile, readText, textOf } from './draft-files.ts'
import { type DraftSurroundings, draftProblems } from './draft-problems.ts'
import { completeDescriptor } from './draft-source.ts'
import type { NodeContext } from './node-context.ts'

export function requireDraft(node: NodeContext, id: string): StoredDraft {
  const draft = findDraft(node.db, id)
  if (draft) return draft
  throw new OutpostError('DRAFT_NOT_FOUND', 'This draft is not there any more.', {
    hint: 'It was built or thrown away.',
  })
}

export function saveDraft(node: NodeContext, draft: StoredDraft): StoredDraft {
  const saved = { ...draft, updatedAt: isoTime(node.clock) }
  putDraft(node.db, saved, node.nodeId)
  node.announce('drafts', draft.id)
  return saved
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The newest version of the model that the draft names, and what it has to agree with. */
function surroundings(node: NodeContext, draft: StoredDraft): DraftSurroundings {
  const model = findModel(node.db, text(draft.descriptor.id))
  const latest = model?.latestVersionId ? findVersionById(node.db, model.latestVersionId) : null
  const documents = latest && readDocuments(node.db, latest.id)
  const wanted = text(draft.descriptor.version).split('+')[0] ?? ''
  return {
    ownPublisher: ownPublisher(node.db)?.name ?? '',
    predecessor:
      latest && documents
        ? {
            version: latest.version,
            dataVersion: latest.dataVersion,
            descriptor: readJson(packageDescriptor, documents.descriptor, 'descriptor'),
            graph: readJsonOrNull(graphSummary, documents.graph, 'graph summary'),
          }
        : null,
    versionTaken: model !== null && wanted !== '' && findVersion(node.db, model.id, wanted) !== null,
  }
}

function toRow(node: NodeContext, draft: StoredDraft) {
  return {
    id: draft.id,
    title: text(draft.descriptor.title) || text(draft.descriptor.id) || 'Untitled',
    model: text(draft.descriptor.id),
    version: text(draft.descriptor.version),
    step: draft.step,
    problems: draftProblems(draft, completeDescriptor(draft), surroundings(node, draft)).filter(
      ({ level }) => level === 'error',
    ).length,
    updatedAt: draft.updatedAt,
  }
}

export const listDrafts = (node: NodeContext) => listStored(node.db).map((draft) => toRow(node, draft))

export const draftDetail = (node: NodeContext, id: string): DraftDetail =>
  toDetail(node, requireDraft(node, id))

function toDetail(node: NodeContext, draft: StoredDraft): DraftDetail {
  const around = surroundings(node, draft)
  const change = changeType.safeParse((draft.descriptor.change as { type?: unknown } | undefined)?.type)
  const { predecessor } = around
  return {
    ...toRow(node, draft),
    descriptor: draft.descriptor,
    files: draft.files,
    graph: draft.graph,
    texts: draft.texts,
    problemList: draftProblems(draft, completeDescriptor(draft), around),
    predecessor: predecessor && { version: predecessor.version, descriptor: predecessor.descriptor },
    suggestedVersion: predecessor
      ? nextVersion(predecessor.version, change.success ? change.data : 'minor')
      : '1.0.0',
    report: draft.report,
    command: `npx outpost pack ./${(text(draft.descriptor.id).split('.')[1] ?? 'model') || 'model'} -o ${text(draft.descriptor.id) || 'model'}-${text(draft.descriptor.version) || '1.0.0'}.outpost`,
  }
}

const noTexts = { card: '', license: '', migrationGuide: '', labels: '' }

export async function createDraft(
  node: NodeContext,
  input: { handles: string[]; basedOn?: string | undefined },
): Promise<DraftDetail> {
  const now = isoTime(node.clock)
  const blank: StoredDraft = {
    id: newId(),
    descriptor: {},
    texts: noTexts,
    files: [],
    graph: null,
    report: null,
    step: 'source',
    createdAt: now,
    updatedAt: now,
  }
  const based = input.basedOn === undefined ? blank : basedOnModel(node, blank, input.basedOn)
  const draft = await takeFiles(node, based, input.handles).catch(async (error: unknown) => {
    await rm(draftFolder(node, blank.id), { recursive: true, force: true })
    throw error
  })
  return toDetail(node, saveDraft(node, draft))
}

/** The schema, card and owner of the newest version; its release notes and numbers are the new one's to write. */
function basedOnModel(node: NodeContext, draft: StoredDraft, model: string): StoredDraft {
  const { predecessor } = surroundings(node, { ...draft, descriptor: { id: model } })
  if (!predecessor) throw new OutpostError('MODEL_NOT_FOUND', `There is no model ${model} here.`)
  const { change, evaluation: _evaluation, training, version, ...kept } = predecessor.descriptor
  const descriptor = {
    ...kept,
    version: nextVersion(version.split('+')[0] ?? version, 'minor'),
    training: { hyperparameters: training.hyperparameters },
    change: { type: 'minor', releaseNotes: '', apiVersion: change.apiVersion },
  }
  return { ...draft, descriptor }
}

/** Takes files over one by one: texts into the draft, the others into its folder, and looks at the model again. */
async function takeFiles(
  node: NodeContext,
  draft: StoredDraft,
  handles: string[],
  kind?: StoredDraft['files'][number]['kind'],
): Promise<StoredDraft> {
  let next = draft
  const folder = draftFolder(node, draft.id)
  for (const handle of handles) {
    const file = node.files.take(handle)
    const named = kind === undefined ? textOf(file.name) : null
    try {
      if (named !== null) {
        const written = await readText(file.path)
        next = { ...next, texts: { ...next.texts, [named]: written } }
      } else if (file.name === 'outpost.json') {
        const described = parseJson(await readText(file.path), 'DESCRIPTOR_INVALID')
        next = { ...next, descriptor: { ...next.descriptor, ...(described as Record<string, unknown>) } }
      } else {
        await placeFile(folder, file, file.name)
        const entry = { path: file.name, kind: kind ?? kindOf(file.name), bytes: file.bytes, digest: null }
        next = { ...next, files: [...next.files.filter(({ path }) => path !== file.name), entry] }
      }
    } finally {
      if (file.owned) await rm(file.path, { force: true })
    }
  }
  return lookAtModel(node, next)
}

/** Reads the graph, and fills in what it says where nothing was written yet. */
async function lookAtModel(node: NodeContext, draft: StoredDraft): Promise<StoredDraft> {
  const model = draft.files.find(({ path, kind }) => kind === 'weight' && /\.onnx$/i.test(path))
  if (!model) return { ...draft, graph: null, report: null }
  const path = join(draftFolder(node, draft.id), model.path)
  const graph = await inspectOnnx(path)
  const own = ownPublisher(node.db)?.name
  const described = await describeOnnx(path, own === undefined ? {} : { publisher: own }).catch(
    (error: unknown) => {
      if (error instanceof OutpostError) return null // external data that is not here yet: the problems say so
      throw error
    },
  )
  return {
    ...draft,
    graph,
    report: null,
    descriptor: { ...(described ? defaultsOf(described.descriptor) : {}), ...draft.descriptor },
    texts: { ...draft.texts, card: draft.texts.card || (described ? draftedCard(described) : '') },
  }
}

/** The card that was made up for a model that has none beside it. */
function draftedCard({ descriptor, files }: PackageSource): string {
  const card = files.find(({ path }) => path === descriptor.card)
  return card && 'buffer' in card.content ? Buffer.from(card.content.buffer).toString('utf8') : ''
}

const defaultsOf = (descriptor: PackageDescriptor): Record<string, unknown> => {
  const {
    model: _model,
    card: _card,
    suite: _suite,
    documents: _documents,
    code: _code,
    data: _data,
    ...fields
  } = descriptor
  return fields
}

export interface DraftChange {
  id: string
  descriptor?: Record<string, unknown> | undefined
  texts?: { [Name in keyof StoredDraft['texts']]?: string | undefined } | undefined
  step?: StoredDraft['step'] | undefined
}

export function updateDraft(node: NodeContext, change: DraftChange): DraftDetail {
  const draft = requireDraft(node, change.id)
  const texts = Object.fromEntries(
    Object.entries(change.texts ?? {}).filter(([, value]) => value !== undefined),
  )
  const changed = change.descriptor !== undefined || change.texts !== undefined
  return toDetail(
    node,
    saveDraft(node, {
      ...draft,
      descriptor: withoutNull({ ...draft.descriptor, ...change.descriptor }),
      texts: { ...draft.texts, ...texts },
      step: change.step ?? draft.step,
      report: changed ? null : draft.report,
    }),
  )
}

/** A field that was taken out, not one that is null. */
const withoutNull = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

export async function addDraftFiles(
  node: NodeContext,
  input: { id: string; handles: string[]; kind?: StoredDraft['files'][number]['kind'] | undefined },
) {
  return toDetail(
    node,
    saveDraft(node, await takeFiles(node, requireDraft(node, input.id), input.handles, input.kind)),
  )
}

export async function removeDraftFile(node: NodeContext, id: string, path: string): Promise<DraftDetail> {
  const draft = requireDraft(node, id)
  if (!draft.files.some((file) => file.path === path))
    throw new OutpostError('NOT_FOUND', `The draft has no file ${path}.`)
  await rm(join(draftFolder(node, id), path), { force: true })
  return toDetail(
    node,
    saveDraft(
      node,
      await lookAtModel(node, { ...draft, files: draft.files.filter((file) => file.path !== path) }),
    ),
  )
}

export async function removeDraft(node: NodeContext, id: string): Promise<Record<string, never>> {
  requireDraft(node, id)
  deleteDraft(node.db, id)
  await rm(draftFolder(node, id), { recursive: true, force: true })
  node.announce('drafts', id)
  return {}
}
