/** Where packaging begins: drop a model, or go on with a draft. Drafts are kept until they are built or thrown away. */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { FileDrop } from '../../components/file-drop.tsx'
import { ModelSelect } from '../../components/model-select.tsx'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { handOverSorted } from '../../data/handed.ts'
import type { SortedFile } from '../../state/panels.ts'
import { DraftList } from './draft-list.tsx'
import page from './package.module.css'
import css from './package-page.module.css'
import { useSortedFiles } from './sort-files.tsx'

export function PackagePage() {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const [share, setShare] = useState(0)
  const [basedOn, setBasedOn] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: async (files: readonly SortedFile[]) => {
      setShare(0)
      const handles = await handOverSorted(files, setShare)
      return client.drafts.create({ handles, ...(basedOn !== null && { basedOn }) })
    },
    onSuccess: (draft) => {
      cache.setQueryData(orpc.drafts.get.queryKey({ input: { id: draft.id } }), draft)
      void cache.invalidateQueries({ queryKey: orpc.drafts.list.key() })
      void navigate({
        to: '/package/$draft',
        params: { draft: draft.id },
        search: { step: draft.graph ? 'inspect' : 'source' },
      })
    },
  })
  const sorting = useSortedFiles((files) => create.mutate(files))
  return (
    <Page>
      <PageHeader title="Package" note="Make a signed package out of an ONNX model, on this machine alone." />
      <Card title="Begin">
        <div className={css.begin}>
          <FileDrop
            purpose="sources"
            title="Drop an ONNX file or a folder, with what belongs to it"
            note="External data, labels.txt, CARD.md, LICENSE, suite.jsonl, an outpost.json: all of it in one go, or later."
            action="Choose files"
            disabled={create.isPending}
            onFiles={sorting.offer}
          />
          <div className={css.based}>
            <ModelSelect
              bases
              label="Begin from a model that is here"
              value={basedOn}
              onChange={setBasedOn}
            />
            <p className={page.muted}>
              {basedOn === null
                ? 'For a new version: its schema, labels, card and license are taken over. Models of others are offered where their license allows a change.'
                : `The draft takes over schema, labels, card and license of ${basedOn}. Next come the new files: drop them here, or continue and add them in the draft.`}
            </p>
            {basedOn !== null && (
              <div className={page.buttons}>
                <Button size="xs" disabled={create.isPending} onClick={() => setBasedOn(null)}>
                  Begin anew instead
                </Button>
                <Button
                  size="xs"
                  variant="filled"
                  disabled={create.isPending}
                  onClick={() => create.mutate([])}
                >
                  Continue from {basedOn}
                </Button>
              </div>
            )}
          </div>
        </div>
        {sorting.question}
        {create.isPending && (
          <div role="status">
            <p>
              {create.variables.length === 0
                ? 'Beginning the draft'
                : share < 1
                  ? 'Handing the files to the node'
                  : 'Reading the model'}
            </p>
            <Progress value={share * 100} aria-label="Handed over" />
          </div>
        )}
        {create.error && (
          <ErrorNotice
            error={create.error}
            what="The draft was not begun."
            unchanged="Your files are as they were."
          />
        )}
      </Card>
      <Card title="Drafts" note="saved as you type">
        <DraftList />
      </Card>
    </Page>
  )
}
