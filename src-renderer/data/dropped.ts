/** What was dropped on the page or chosen in a dialog, folders opened: the files of it, each with its place. */
import { placesOf } from '../../src-main/contract/folder-drop.ts'
import { shell } from '../shell.ts'
import type { PickedFile, PlacedFile } from '../state/panels.ts'

/** The entries can be asked for while the event lasts; their files come after it. */
export function filesOfDrop(transfer: DataTransfer): Promise<readonly PickedFile[]> | readonly PickedFile[] {
  const files = [...transfer.files]
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (!entries.some(({ isDirectory }) => isDirectory)) return files
  // On the desktop main opens the folders: the page learns no path, and no bytes pass through it.
  if (shell) return shell.adoptFiles(files)
  return Promise.all(entries.map(filesOfEntry)).then((found) => found.flat())
}

async function filesOfEntry(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (isFile(entry)) return [await fileOf(entry)]
  const inside = await filesUnder(entry as FileSystemDirectoryEntry, '')
  return placed(entry.name, inside)
}

/** Of an input that takes a folder: the browser writes the path from that folder on into each file. */
export function filesOfFolder(files: readonly File[]): PlacedFile[] {
  const parts = files.map((file) => ({ file, path: file.webkitRelativePath.split('/') }))
  const folder = parts[0]?.path[0] ?? ''
  return placed(
    folder,
    parts.map(({ file, path }) => ({ file, inside: path.slice(1).join('/') })),
  )
}

interface Found {
  file: File
  inside: string
}

function placed(folder: string, found: readonly Found[]): PlacedFile[] {
  const places = placesOf(
    folder,
    found.map(({ inside }) => inside),
  )
  return found.flatMap(({ file }, at) => {
    const place = places[at]
    return place === null || place === undefined ? [] : [{ file, name: file.name, place }]
  })
}

async function filesUnder(folder: FileSystemDirectoryEntry, above: string): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of await entriesOf(folder)) {
    const inside = `${above}${entry.name}`
    if (isFile(entry)) found.push({ file: await fileOf(entry), inside })
    else found.push(...(await filesUnder(entry as FileSystemDirectoryEntry, `${inside}/`)))
  }
  return found
}

/** A reader gives a part at a time, and an empty one at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (part.length === 0) return all
    all.push(...part)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))
