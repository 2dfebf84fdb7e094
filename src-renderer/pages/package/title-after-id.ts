/** The title of a draft whose id is being typed: it follows the id until a person wrote another one. */
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { readDescriptor } from './descriptor.ts'

/** Null where the title is a person's own word. */
export function titleAfterId({ descriptor, files }: Pick<DraftDetail, 'descriptor' | 'files'>, id: string) {
  const before = readDescriptor(descriptor)
  const model = files.find(({ path, kind }) => kind === 'weight' && /\.onnx$/i.test(path))
  // The node names a draft after its model's file.
  const ofFile =
    model?.path
      .split('/')
      .at(-1)
      ?.replace(/\.onnx$/i, '') ?? ''
  const guesses = ['', ofFile, titleOf(before.id)]
  return guesses.includes(before.title) ? titleOf(id) || ofFile : null
}

/** acme.section-classifier is called Section classifier. */
function titleOf(id: string): string {
  const words = (id.split('.')[1] ?? '').replaceAll('-', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
