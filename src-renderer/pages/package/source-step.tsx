/** The files of the package: added, named for what they are, taken out. Texts among them become fields of later steps. */
import { Button, Progress } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { client } from '../../client.ts'
import { FileDrop } from '../../components/file-drop.tsx'
import { FileList } from '../../components/file-list.tsx'
import { Card } from '../../components/page.tsx'
import { EmptyState, ErrorNotice } from '../../components/states.tsx'
import { foundTexts } from './found-texts.ts'
import css from './package.module.css'
import { useSortedFiles } from './sort-files.tsx'
import type { StepProps } from './step-props.ts'
import { useAddFiles } from './use-add-files.ts'

export function SourceStep({ draft, replace }: StepProps & { replace: (draft: DraftDetail) => void }) {
  const [share, setShare] = useState(0)
  const add = useAddFiles(draft.id, replace, setShare)
  const sorting = useSortedFiles((files) => add.mutate(files))
  const remove = useMutation({
    mutationFn: (path: string) => client.drafts.removeFile({ id: draft.id, path }),
    onSuccess: replace,
  })
  const found = foundTexts(draft)
  return (
    <Card title="Files" note="Copies: your own stay where they are.">
      {draft.files.length === 0 ? (
        <EmptyState title="The model and what belongs to it will be listed here" />
      ) : (
        <FileList
          files={draft.files}
          action={({ path }) => (
            <Button
              size="xs"
              aria-label={`Take out ${path}`}
              disabled={remove.isPending}
              onClick={() => remove.mutate(path)}
            >
              Take out
            </Button>
          )}
        />
      )}
      {remove.error && <ErrorNotice error={remove.error} what="The file was not taken out." />}
      {found !== '' && (
        <p className={css.muted} role="status">
          {found}
        </p>
      )}
      <FileDrop
        purpose="sources"
        title="Add files or a folder"
        note="The .onnx file, its external data, suite.jsonl or cases.jsonl, pictures of the suite, documents, code. CARD.md, LICENSE, MIGRATION.md, labels.txt or labels.json and outpost.json fill in the fields of the next steps."
        action="Choose files"
        disabled={add.isPending}
        onFiles={sorting.offer}
      />
      {sorting.question}
      {add.isPending && <Progress value={share * 100} aria-label="Handed over" />}
      {add.error && <ErrorNotice error={add.error} what="The files were not added." />}
    </Card>
  )
}
