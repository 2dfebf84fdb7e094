/** Files on their way to the node: handed over one after the other, with how much of all bytes has gone out. */
import type { FileHandle } from '../../src-main/contract/shell.ts'
import type { PickedFile } from '../state/panels.ts'
import { handOver } from '../upload.ts'

/** `onProgress` is told a share from 0 to 1 of the bytes of all files. */
export async function handOverAll(
  files: readonly PickedFile[],
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<FileHandle[]> {
  const total = files.reduce((sum, file) => sum + (file instanceof File ? file.size : 0), 0)
  let before = 0
  const handles: FileHandle[] = []
  for (const file of files) {
    if (!(file instanceof File)) {
      handles.push(file)
      continue
    }
    const begun = before
    const options = { onProgress: (sent: number) => onProgress(total === 0 ? 1 : (begun + sent) / total) }
    handles.push(await handOver(file, signal ? { ...options, signal } : options))
    before += file.size
  }
  return handles
}
