/**
 * The suite of a source folder that names none, out of the pictures in it that lie in folders named by their labels
 * (suite/<label>/x.png, or named under "data"): what the wizard makes of the same files. The folder's name is the truth;
 * no model is asked.
 */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import { isPicturePath, pictureSuite, pictureSuitePath } from '../../contract/picture-suite.ts'
import { isSuitePath } from '../../contract/suite.ts'
import { openSourceFile, type PackageSource } from './package-source.ts'
import { quoted } from './paths.ts'

const picturesFolder = 'suite'

interface WithSuite {
  description: PackageDescriptor
  generated: ReadonlyMap<string, Uint8Array>
}

/** DESCRIPTOR_INVALID where a picture lies in a folder that is no label, PACKAGE_LIMIT where there are too many. */
export async function withLabelledPictures(
  description: PackageDescriptor,
  folder: string,
  wanted = false,
): Promise<WithSuite> {
  const unchanged: WithSuite = { description, generated: new Map() }
  const output = description.outputs.find(({ kind }) => kind === 'classes')
  const takesPicture = description.inputs.length === 1 && description.inputs[0]?.kind === 'image'
  if (description.suite !== undefined || output?.kind !== 'classes' || !takesPicture) return unchanged
  if ((await entriesOf(folder, false)).some(isSuitePath)) return unchanged // its author keeps one aside
  const below = await entriesOf(join(folder, picturesFolder), true)
  const names = below.map((name) => posix.join(picturesFolder, name))
  if (names.some(isSuitePath)) return unchanged
  const pictures = names.filter(isPicturePath)
  const data = [...new Set([...description.data, ...pictures])]
  const labels = output.labels?.join('\n') ?? (await textOf(folder, output.labelsFile))
  const files = data.map((path) => ({ path, kind: 'dataset' }))
  const cases = pictureSuite({ descriptor: description, files, texts: { labels } })
  // Where none is of a label, the folder may be something else: whoever packs is asked, a draft is left as it is.
  if (labels.trim() !== '' && (cases.length > 0 || wanted))
    refuseUnlabelled(pictures, new Set(cases.map(({ id }) => id)), labels.trim().split('\n'))
  if (cases.length === 0) return unchanged
  refuseTooMany(data.length)
  const lines = cases.map((one) => `${JSON.stringify(one)}\n`).join('')
  return {
    description: { ...description, suite: pictureSuitePath, data },
    generated: new Map([[pictureSuitePath, Buffer.from(lines)]]),
  }
}

/** How many cases were made of pictures; zero where the suite is a file. */
export function casesMade({ descriptor, files }: PackageSource): number {
  const content = files.find(({ path }) => path === descriptor.suite)?.content
  return content && 'buffer' in content ? content.buffer.filter((byte) => byte === 0x0a).length : 0
}

/** Relative paths; what systems put beside files (.DS_Store, ._x.png) is none. Links stay in: packing refuses them. */
async function entriesOf(folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  })
  return entries
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .toSorted()
}

async function textOf(folder: string, path: string | undefined): Promise<string> {
  if (path === undefined) return ''
  const file = await openSourceFile(await realpath(folder), path)
  try {
    // A longer one is refused with its name when the files are gathered.
    return (await file.stat()).size > limits.labelsFileBytesMax ? '' : await readFile(file, 'utf8')
  } finally {
    await file.close()
  }
}

const labelsShownMax = 10

function refuseUnlabelled(
  pictures: readonly string[],
  taken: ReadonlySet<string>,
  labels: readonly string[],
): void {
  const left = pictures.find((path) => !taken.has(path))
  if (left === undefined) return
  const shown = labels.slice(0, labelsShownMax).map((label) => label.trim())
  const rest = labels.length > shown.length ? `, … (${grouped(labels.length)} in all)` : ''
  throw new OutpostError(
    'DESCRIPTOR_INVALID',
    `The picture ${quoted(left)} lies in a folder that is no label of the model.`,
    {
      hint: `Its labels are ${shown.join(', ')}${rest}. Rename the folder, or write a suite and name it as "suite" in outpost.json.`,
      details: { path: left },
    },
  )
}

function refuseTooMany(files: number): void {
  if (files <= limits.packageDataFilesMax) return
  throw new OutpostError(
    'PACKAGE_LIMIT',
    `The suite would bring ${grouped(files)} pictures; a package has at most ${grouped(limits.packageDataFilesMax)} files of data.`,
    {
      hint: `Keep some of each label in ${picturesFolder}/: they test the model, and need not be the whole data set.`,
    },
  )
}
