/** Hands files to the node and adds them to a draft, which answers with what it made of them. */
import { useMutation } from '@tanstack/react-query'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { client } from '../../client.ts'
import { handOverSorted } from '../../data/handed.ts'
import type { SortedFile } from '../../state/panels.ts'

export function useAddFiles(
  id: string,
  onAdded: (draft: DraftDetail) => void,
  onProgress: (share: number) => void = () => {},
) {
  return useMutation({
    mutationFn: async (files: readonly SortedFile[]) =>
      client.drafts.addFiles({ id, handles: await handOverSorted(files, onProgress) }),
    onSuccess: onAdded,
  })
}
