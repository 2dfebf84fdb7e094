/** Drafts of the package wizard: begun from files, changed field by field, kept on disk as they are typed. */
import { rm } from 'node:fs/promises'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { createTurns } from '../../base/turns.ts'
import { nextVersion } from '../../base/version-order.ts'
import { type DraftDetail, textOrigins } from '../../contract/draft-views.ts'
import { type ChangeType, changeType, graphSummary, packageDescriptor } from '../../contract/package.ts'
import { inTransaction, type RowWindow, readJson, readJsonOrNull } from '../../store/sqlite.ts'
import {
  deleteDraft,
  findDraft,
  listDrafts as listStored,
  putDraft,
  type StoredDraft,
} from '../../store/tables/drafts.ts'
import { findModel } from '../../store/tables/models.ts'
import { ownPublisher } from '../../store/tables/publishers.ts'
import { findRemovedVersion } from '../../store/tables/removed-versions.ts'
import { findVersion, newestVersion, readDocuments } from '../../store/tables/versions.ts'
import type { Actor } from '../actor.ts'
import { type AuditedAction, audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { takeOver } from './based-on.ts'
import { draftFolder } from './draft-files.ts'
import { type DraftPatch, dropFile, type FileToTake, takeFiles } from './draft-intake.ts'
import { type DraftSurroundings, draftProblems } from './draft-problems.ts'
import { asRecord, completeDescriptor } from './draft-source.ts'
import { packCommand } from './pack-command.ts'
import { statesMeasured } from './stated-figure.ts'

export function requireDraft(node: NodeContext, id: string): StoredDraft {
  const draft = findDraft(node.db, id)
  if (draft) return draft
  throw new OutpostError('DRAFT_NOT_FOUND', 'This draft is not there any more.', {
    hint: 'It was built or thrown away.',
  })
}

export function saveDraft(node: NodeContext, draft: StoredDraft): StoredDraft {
  const saved = { ...draft, updatedAt: isoTime(node.clock) }
  inTransaction(node.db, () => putDraft(node.db, saved, node.nodeId))
  node.announce('drafts', draft.id)
  return saved
}

/** Then the registry alone can say whether a build of it is the same again or something else under its number. */
export function isVersionTaken(node: NodeContext, id: string): boolean {
  const { versionTaken, versionRemoved } = surroundings(node, requireDraft(node, id))
  return versionTaken || versionRemoved !== null
}

/** The next number of which nothing was ever registered here. */
function nextFree(node: NodeContext, model: string, latest: string | null, change: ChangeType): string {
  let version = nextVersion(latest, change)
  while (findRemovedVersion(node.db, model, version)) version = nextVersion(version, change)
  return version
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The newest version of the model that the draft names, and what it has to agree with. */
function surroundings(node: NodeContext, draft: StoredDraft): DraftSurroundings {
  const model = findModel(node.db, text(draft.descriptor.id))
  const latest = newestVersion(node.db, model)
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
    versionRemoved: findRemovedVersion(node.db, text(draft.descriptor.id), wanted),
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

export function listDrafts(node: NodeContext, window: RowWindow) {
  const { rows, total } = listStored(node.db, window)
  return { rows: rows.map((draft) => toRow(node, draft)), total }
}

export const draftDetail = (node: NodeContext, id: string): DraftDetail =>
  toDetail(node, requireDraft(node, id))

function toDetail(node: NodeContext, draft: StoredDraft): DraftDetail {
  const around = surroundings(node, draft)
  const change = changeType.safeParse(asRecord(draft.descriptor.change).type)
  const { predecessor } = around
  return {
    ...toRow(node, draft),
    descriptor: draft.descriptor,
    files: draft.files,
    graph: draft.graph,
    texts: draft.texts,
    origins: draft.origins,
    problemList: draftProblems(draft, completeDescriptor(draft), around),
    predecessor: predecessor && { version: predecessor.version, descriptor: predecessor.descriptor },
    suggestedVersion: nextFree(
      node,
      text(draft.descriptor.id),
      predecessor?.version ?? null,
      change.data ?? 'minor',
    ),
    report: draft.report,
    command: packCommand(draft.descriptor),
  }
}

const noTexts = { card: '', license: '', migrationGuide: '', labels: '' }

export async function createDraft(
  node: NodeContext,
  actor: Actor,
  input: { files: readonly FileToTake[]; basedOn?: string | undefined },
): Promise<DraftDetail> {
  const now = isoTime(node.clock)
  const blank: StoredDraft = {
    id: newId(),
    descriptor: {},
    texts: noTexts,
    origins: {},
    files: [],
    graph: null,
    report: null,
    step: 'source',
    createdAt: now,
    updatedAt: now,
  }
  const based = input.basedOn === undefined ? blank : await basedOn(node, blank, input.basedOn)
  try {
    const patch = await takeFiles(node, based, input.files)
    const begun = audited(node, actor, { action: 'draft.create', object: blank.id }, () =>
      saveDraft(node, patch(based)),
    )
    return toDetail(node, begun)
  } catch (error) {
    await rm(draftFolder(node, blank.id), { recursive: true, force: true })
    throw error
  }
}

/** Words and schema of a version that is here; release notes and numbers are the new one's to write. */
async function basedOn(node: NodeContext, draft: StoredDraft, reference: string): Promise<StoredDraft> {
  const { descriptor, ...taken } = await takeOver(node, reference)
  const { predecessor } = surroundings(node, { ...draft, descriptor })
  const version = nextFree(node, text(descriptor.id), predecessor?.version ?? null, 'minor')
  return { ...draft, ...taken, descriptor: { ...descriptor, version } }
}

export interface DraftChange {
  id: string
  descriptor?: Record<string, unknown> | undefined
  texts?: { [Name in keyof StoredDraft['texts']]?: string | undefined } | undefined
  step?: StoredDraft['step'] | undefined
}

/** Where the wizard stands is no change of the draft, and stands in no record. */
export function updateDraft(node: NodeContext, actor: Actor, change: DraftChange): DraftDetail {
  const draft = requireDraft(node, change.id)
  const texts = Object.fromEntries(
    Object.entries(change.texts ?? {}).filter(([, value]) => value !== undefined),
  )
  const changed = change.descriptor !== undefined || change.texts !== undefined
  const save = () =>
    saveDraft(node, {
      ...draft,
      descriptor: withoutNull({ ...draft.descriptor, ...change.descriptor }),
      texts: { ...draft.texts, ...texts },
      origins: stillFrom(draft, texts),
      step: change.step ?? draft.step,
      report: changed && !statesMeasured(draft, change) ? null : draft.report,
    })
  if (!changed) return toDetail(node, save())
  const details = { fields: [...Object.keys(change.descriptor ?? {}), ...Object.keys(texts)] }
  return toDetail(node, audited(node, actor, { action: 'draft.update', object: draft.id, details }, save))
}

/** A text that was typed since is nobody else's. */
const stillFrom = ({ texts, origins }: StoredDraft, typed: Partial<StoredDraft['texts']>) =>
  textOrigins.parse(
    Object.fromEntries(
      Object.entries(origins).filter(([name]) => {
        const text = name as keyof StoredDraft['texts']
        return typed[text] === undefined || typed[text] === texts[text]
      }),
    ),
  )

/** A field that was taken out, not one that is null. */
const withoutNull = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

/** Changes of one draft's files wait for each other; what is typed does not wait. */
const inTurn = createTurns()

const changeFiles = (
  node: NodeContext,
  actor: Actor,
  { object: id, ...entry }: AuditedAction,
  change: (draft: StoredDraft) => Promise<DraftPatch>,
): Promise<DraftDetail> =>
  inTurn(id, async () => {
    const patch = await change(requireDraft(node, id))
    const save = () => saveDraft(node, patch(requireDraft(node, id)))
    return toDetail(node, audited(node, actor, { ...entry, object: id }, save))
  })

export const addDraftFiles = (
  node: NodeContext,
  actor: Actor,
  id: string,
  files: readonly FileToTake[],
): Promise<DraftDetail> => {
  const entry = { action: 'draft.add-files', object: id, details: { files: files.length } }
  return changeFiles(node, actor, entry, (draft) => takeFiles(node, draft, files))
}

export const removeDraftFile = (
  node: NodeContext,
  actor: Actor,
  id: string,
  path: string,
): Promise<DraftDetail> =>
  changeFiles(node, actor, { action: 'draft.remove-file', object: id, details: { path } }, (draft) =>
    dropFile(node, draft, path),
  )

export const removeDraft = (node: NodeContext, actor: Actor, id: string): Promise<Record<string, never>> =>
  inTurn(id, async () => {
    requireDraft(node, id)
    audited(node, actor, { action: 'draft.remove', object: id }, () => deleteDraft(node.db, id))
    await forget(node, id)
    return {}
  })

/** It stands in the registry now, whose record says so; what was typed since then is kept. */
export const draftIsBuilt = (
  node: NodeContext,
  { id, updatedAt }: Pick<StoredDraft, 'id' | 'updatedAt'>,
): Promise<void> =>
  inTurn(id, async () => {
    if (findDraft(node.db, id)?.updatedAt !== updatedAt) return
    inTransaction(node.db, () => deleteDraft(node.db, id))
    await forget(node, id)
  })

async function forget(node: NodeContext, id: string): Promise<void> {
  await rm(draftFolder(node, id), { recursive: true, force: true })
  node.announce('drafts', id)
}
