/** The files of a folder that was dropped or chosen: found here, so that the page never learns a path of the disk. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { placesOf } from '../contract/folder-drop.ts'
import { limits } from '../contract/limits.ts'

export interface ChosenFile {
  path: string
  /** Its place in a package; undefined for a file that was chosen by itself. */
  place?: string
}

/** What is no folder is given back as it is, also where it is not there. Links are not followed. */
export async function filesAt(path: string): Promise<ChosenFile[]> {
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory()) return [{ path }]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const inside = files.map((file) => relative(path, file).split(sep).join('/'))
  const places = placesOf(basename(path), inside)
  const chosen = files.flatMap((file, at) => {
    const place = places[at]
    return place === null || place === undefined ? [] : [{ path: file, place }]
  })
  if (chosen.length <= limits.packageEntriesMax) return chosen
  throw new OutpostError(
    'PACKAGE_LIMIT',
    `${basename(path)} holds ${chosen.length} files; a package has at most ${limits.packageEntriesMax}.`,
  )
}
