/**
 * A draft as a source folder: its files under their names, its texts as files, and outpost.json. What is packed and
 * tested is this folder, so the wizard and `outpost pack` cannot differ.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asDiskError } from '../../base/files.ts'
import { pictureSuite, pictureSuitePath } from '../../contract/picture-suite.ts'
import { isSuitePath } from '../../contract/suite.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import type { NodeContext } from '../node-context.ts'
import { draftFolder, linkOrCopy, textPaths } from './draft-files.ts'

/** The descriptor with the fields that follow from the draft's texts and files filled in; it need not be valid. */
export function completeDescriptor(draft: StoredDraft): Record<string, unknown> {
  const { texts, files } = draft
  const change = asRecord(draft.descriptor.change)
  const license = asRecord(draft.descriptor.license)
  const paths = (kind: StoredDraft['files'][number]['kind'], not: string[] = []): string[] =>
    files.filter((file) => file.kind === kind && !not.includes(file.path)).map((file) => file.path)
  const model = files.find((file) => file.kind === 'weight' && /\.onnx$/i.test(file.path))?.path
  const suite = suitePathOf(draft)
  const { migrationGuide: _guide, ...changeFields } = change
  const { file: _file, ...licenseFields } = license
  const { suite: _suite, ...descriptor } = draft.descriptor
  return {
    ...descriptor,
    formatVersion: 1,
    ...(model === undefined ? {} : { model: { file: model, externalData: paths('weight', [model]) } }),
    card: textPaths.card,
    license: { ...licenseFields, ...(texts.license.trim() === '' ? {} : { file: textPaths.license }) },
    change: {
      ...changeFields,
      ...(texts.migrationGuide.trim() === '' ? {} : { migrationGuide: textPaths.migrationGuide }),
    },
    ...(suite === undefined ? {} : { suite }),
    documents: paths('document'),
    code: paths('code'),
    data: paths('dataset', suite === undefined ? [] : [suite]),
    ...(Array.isArray(draft.descriptor.outputs)
      ? { outputs: withLabels(draft.descriptor.outputs, texts.labels) }
      : {}),
  }
}

/** The one that was brought, else one of the pictures that lie in folders named by their labels. */
function suitePathOf(draft: StoredDraft): string | undefined {
  const brought = draft.files.find((file) => isSuitePath(file.path))?.path
  return brought ?? (pictureSuite(draft).length > 0 ? pictureSuitePath : undefined)
}

/** One file of labels serves every output of classes that names none itself. */
function withLabels(outputs: unknown[], labels: string): unknown[] {
  return outputs.map((output) => {
    const fields = asRecord(output)
    if (fields.kind !== 'classes' || Array.isArray(fields.labels)) return output
    const { labelsFile: _file, ...rest } = fields
    return labels.trim() === '' ? rest : { ...rest, labelsFile: textPaths.labels }
  })
}

export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

/** Writes the folder, hard links where the file system has them. */
export async function writeSource(node: NodeContext, draft: StoredDraft, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const { path } of draft.files) {
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      await linkOrCopy(join(draftFolder(node, draft.id), path), target)
    }
    for (const [text, path] of Object.entries(textPaths)) {
      const value = draft.texts[text as keyof typeof textPaths]
      if (value.trim() !== '' || text === 'card') await writeFile(join(folder, path), value)
    }
    if (!draft.files.some((file) => isSuitePath(file.path))) {
      const cases = pictureSuite(draft)
      const lines = cases.map((one) => `${JSON.stringify(one)}\n`).join('')
      if (cases.length > 0) await writeFile(join(folder, pictureSuitePath), lines)
    }
    await writeFile(join(folder, 'outpost.json'), JSON.stringify(completeDescriptor(draft), null, 2))
  } catch (error) {
    throw asDiskError(error)
  }
}
