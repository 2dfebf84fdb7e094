/** What is known of a picked file before the node has it. */
import type { ArtifactRow } from '../../src-main/contract/views.ts'
import type { PickedFile } from '../state/panels.ts'

export type ArtifactKind = ArtifactRow['kind']

/** Its place in the package, where it came with a folder. */
export const nameOf = (picked: PickedFile): string =>
  picked instanceof File ? picked.name : (picked.place ?? picked.name)

export function sizeOf(picked: PickedFile): number {
  if (picked instanceof File) return picked.size
  return 'file' in picked ? picked.file.size : picked.bytes
}

const speaking =
  /\.(onnx|onnx[._]data|data|bin|weights?|jsonl?|csv|png|jpe?g|npz?|parquet|py|ipynb|ts|r|sh|md|txt|pdf)$|^licen[cs]e/i

/** Whether it came by itself and its name says what it is. */
export const isClear = (picked: PickedFile): boolean =>
  !(!(picked instanceof File) && picked.place !== undefined) && speaking.test(nameOf(picked))
