/**
 * Files into a draft and out of it, all of a request or none: the new set of files is put together beside the draft and
 * looked at, and takes its place only then. What was typed meanwhile stays.
 */
import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { asDiskError } from '../../base/files.ts'
import { parseJsonAs } from '../../base/json.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import { checkPaths } from '../../package/archive/paths.ts'
import { describeGraph } from '../../package/onnx/describe-onnx.ts'
import { inspectOnnx } from '../../package/onnx/inspect-onnx.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import { ownPublisher } from '../../store/tables/publishers.ts'
import type { NodeContext } from '../node-context.ts'
import type { HeldFile } from '../packages/file-handles.ts'
import { draftFolder, kindOf, linkOrCopy, readText, textOf, textPaths } from './draft-files.ts'
import { labelsOfJson, withClasses } from './draft-labels.ts'

type DraftFile = StoredDraft['files'][number]

export interface FileToTake {
  handle: string
  /** Its path in the package; the name that it was handed over with where it is left out. */
  path?: string
  /** What it is where its name does not say so. */
  kind?: DraftFile['kind'] | undefined
}

/** What a change of files does to a draft, whatever was typed since it began. */
export type DraftPatch = (draft: StoredDraft) => StoredDraft

interface Taken {
  texts: Partial<StoredDraft['texts']>
  origins: StoredDraft['origins']
  descriptor: Record<string, unknown>
  files: DraftFile[]
}

/** HANDLE_INVALID, PACKAGE_PATH, PACKAGE_LIMIT, DESCRIPTOR_INVALID, ONNX_INVALID: nothing was changed then. */
export async function takeFiles(
  node: NodeContext,
  draft: StoredDraft,
  wanted: readonly FileToTake[],
): Promise<DraftPatch> {
  const held = node.files.takeAll(wanted.map(({ handle }) => handle))
  const named = held.map((file, at) => ({ path: file.name, ...wanted[at], file }))
  try {
    checkPaths(new Set([...draft.files, ...named].map(({ path }) => path)))
    return await withSet(node, draft, async (folder) => {
      const taken: Taken = { texts: {}, origins: {}, descriptor: {}, files: [] }
      for (const one of named) await takeFile(folder, one, taken)
      const arrived = new Set(taken.files.map(({ path }) => path))
      const files = [...draft.files.filter(({ path }) => !arrived.has(path)), ...taken.files]
      checkPaths(files.map(({ path }) => path))
      const look = await lookAtModel(node, folder, files)
      // Labels or the model came: what was chosen by hand afterwards is not chosen again.
      const labelled =
        taken.texts.labels !== undefined || arrived.has(modelOf(files) ?? '') ? withClasses : same
      for (const path of arrived) await replace(join(folder, path), join(draftFolder(node, draft.id), path))
      return (now) =>
        labelled(
          look({
            ...now,
            files,
            texts: { ...now.texts, ...taken.texts },
            origins: { ...now.origins, ...taken.origins },
            descriptor: { ...now.descriptor, ...taken.descriptor },
          }),
        )
    })
  } catch (error) {
    throw asDiskError(error)
  } finally {
    for (const file of held) if (file.owned) await rm(file.path, { force: true })
  }
}

/** NOT_FOUND where the draft has no such file. */
export async function dropFile(node: NodeContext, draft: StoredDraft, path: string): Promise<DraftPatch> {
  const files = draft.files.filter((file) => file.path !== path)
  if (files.length === draft.files.length)
    throw new OutpostError('NOT_FOUND', `The draft has no file ${path}.`)
  const look = await lookAtModel(node, draftFolder(node, draft.id), files)
  await rm(join(draftFolder(node, draft.id), path), { force: true })
  return (now) => look({ ...now, files })
}

/** A folder of its own with the draft's files as hard links, gone when `use` has ended. */
async function withSet<Result>(
  node: NodeContext,
  draft: StoredDraft,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(node.paths.staging, `intake-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const { path } of draft.files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await linkOrCopy(join(draftFolder(node, draft.id), path), join(folder, path))
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const describedFields = z.record(z.string(), z.unknown())
const textFiles: ReadonlySet<string> = new Set(Object.values(textPaths))

async function takeFile(
  folder: string,
  { file, path, kind }: { file: HeldFile; path: string; kind?: DraftFile['kind'] | undefined },
  taken: Taken,
): Promise<void> {
  // Under the name that a text will have in the package there can be no other file.
  const text = kind === undefined || textFiles.has(path) ? textOf(path) : null
  if (text !== null) {
    const written = await readText(file.path)
    taken.texts[text] = /\.json$/i.test(path) ? labelsOfJson(written, path) : written
    taken.origins[text] = { from: 'file', path }
  } else if (path === 'outpost.json') {
    const written = await readText(file.path)
    Object.assign(taken.descriptor, parseJsonAs(describedFields, written, 'DESCRIPTOR_INVALID', path))
  } else {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await rm(target, { force: true }) // a link to the draft's own file, which must not be written through
    if (file.owned) await replace(file.path, target)
    else await copyFile(file.path, target)
    taken.files.push({ path, kind: kind ?? kindOf(path), bytes: file.bytes, digest: null })
  }
}

const same: DraftPatch = (draft) => draft
const modelOf = (files: readonly DraftFile[]): string | undefined =>
  files.find(({ path, kind }) => kind === 'weight' && /\.onnx$/i.test(path))?.path

/** All folders of a node lie on one file system. */
async function replace(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await rename(from, to)
}

/** Reads the graph, and fills in what it says where nothing was written yet. */
async function lookAtModel(node: NodeContext, folder: string, files: DraftFile[]): Promise<DraftPatch> {
  const model = files.find(({ path, kind }) => kind === 'weight' && /\.onnx$/i.test(path))
  if (!model) return (now) => ({ ...now, graph: null, report: null })
  const path = join(folder, model.path)
  const graph = await inspectOnnx(path)
  const own = ownPublisher(node.db)?.name
  const described = await describeGraph(path, graph, own === undefined ? {} : { publisher: own }).catch(
    (error: unknown) => {
      if (error instanceof OutpostError) return null // beyond what a description can say: the problems say so
      throw error
    },
  )
  // Tensors may lie in files of any name, and the graph alone says that these are weights.
  const external = new Set(
    graph.externalData.map(({ location }) => posix.join(posix.dirname(model.path), location)),
  )
  return (now) => ({
    ...now,
    files: now.files.map((file) => (external.has(file.path) ? { ...file, kind: 'weight' } : file)),
    graph,
    report: null,
    descriptor: { ...(described ? defaultsOf(described.description) : {}), ...now.descriptor },
    texts: { ...now.texts, card: now.texts.card || (described?.card ?? '') },
  })
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
