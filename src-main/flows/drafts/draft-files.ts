/**
 * The files of a draft: in a folder of its own under drafts/, taken over from handles. What is text in the wizard
 * (card, license, guide, labels) is read out of the files that carry it; the rest stays a file.
 */
import { constants } from 'node:fs'
import { copyFile, link, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { bytesText } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import type { NodeContext } from '../node-context.ts'

type Files = StoredDraft['files']
type DraftText = keyof StoredDraft['texts']

export const draftFolder = (node: NodeContext, id: string): string => join(node.paths.drafts, id)

/** Under which name each text travels in the package. */
export const textPaths: Record<DraftText, string> = {
  card: 'CARD.md',
  license: 'LICENSE',
  migrationGuide: 'MIGRATION.md',
  labels: 'labels.txt',
}

const textNames: readonly [RegExp, DraftText][] = [
  [/^(.*\.)?(card|readme|model-card)\.md$/i, 'card'],
  [/^licen[cs]e(\.(txt|md))?$/i, 'license'],
  [/^migration(\.md|-guide\.md)$/i, 'migrationGuide'],
  [/^(.*\.)?(labels|classes)\.(txt|json)$/i, 'labels'],
]

export const textOf = (name: string): DraftText | null =>
  textNames.find(([pattern]) => pattern.test(name))?.[1] ?? null

export function kindOf(name: string): Files[number]['kind'] {
  if (/\.(onnx|onnx[._]data|data|bin|weights?)$/i.test(name)) return 'weight'
  if (/\.(jsonl|csv|png|jpe?g|npz?|parquet)$/i.test(name)) return 'dataset'
  if (/\.(py|ipynb|ts|r|sh)$/i.test(name)) return 'code'
  return 'document'
}

export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (!isSystemError(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  }
}

export async function readText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > limits.documentBytesMax) {
    throw new OutpostError('PACKAGE_LIMIT', `A document has at most ${bytesText(limits.documentBytesMax)}.`)
  }
  return readFile(path, 'utf8')
}
