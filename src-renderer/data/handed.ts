/** Files on their way to the node: handed over one after the other, with how much of all bytes has gone out. */
import type { FileHandle } from '../../src-main/contract/shell.ts'
import type { PickedFile, SortedFile } from '../state/panels.ts'
import { handOver } from '../upload.ts'

const inPage = (picked: PickedFile): File | null => {
  if (picked instanceof File) return picked
  return 'file' in picked ? picked.file : null
}

/** Hands files over for a draft: those of a folder under their place, each as what it was said to be. */
export async function handOverSorted(files: readonly SortedFile[], onProgress: (share: number) => void) {
  const handed = await handOverAll(
    files.map(({ picked }) => picked),
    onProgress,
  )
  return handed.map(({ handle, place }, at) => {
    const kind = files[at]?.kind
    return { handle, ...(place !== undefined && { path: place }), ...(kind !== undefined && { kind }) }
  })
}

/** `onProgress` is told a share from 0 to 1 of the bytes of all files. */
export async function handOverAll(
  files: readonly PickedFile[],
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<FileHandle[]> {
  const total = files.reduce((sum, file) => sum + (inPage(file)?.size ?? 0), 0)
  let before = 0
  const handles: FileHandle[] = []
  for (const picked of files) {
    const file = inPage(picked)
    if (file === null) {
      if ('handle' in picked) handles.push(picked)
      continue
    }
    const begun = before
    const options = { onProgress: (sent: number) => onProgress(total === 0 ? 1 : (begun + sent) / total) }
    const handed = await handOver(file, signal ? { ...options, signal } : options)
    handles.push('place' in picked ? { ...handed, place: picked.place } : handed)
    before += file.size
  }
  return handles
}
