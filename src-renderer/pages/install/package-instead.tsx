/** A bare model where a package was expected: it is packaged first, which can begin with this very file. */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { Banner, Stack } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { handOverSorted } from '../../data/handed.ts'
import type { PickedFile } from '../../state/panels.ts'
import css from './install.module.css'

type Props = { file: PickedFile; onClose: () => void; onNext?: () => void }

export const isModel = ({ name }: PickedFile): boolean => /\.onnx$/i.test(name)

export function PackageInstead({ file, onClose, onNext }: Props) {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const [share, setShare] = useState(0)
  const begin = useMutation({
    mutationFn: async () =>
      client.drafts.create({ handles: await handOverSorted([{ picked: file }], setShare) }),
    onSuccess: ({ id, graph }) => {
      void cache.invalidateQueries({ queryKey: orpc.drafts.list.key() })
      void navigate({
        to: '/package/$draft',
        params: { draft: id },
        search: { step: graph ? 'inspect' : 'source' },
      })
      onClose()
    },
  })
  return (
    <Stack>
      <p className={css.file}>{file.name}</p>
      <Banner tone="info" title="A model, and no package yet.">
        A package adds its card, labels and license, and your signature. Begin one with this file; its
        external data and other files can be added there.
      </Banner>
      {begin.isPending && <Progress value={share * 100} aria-label="Handed over" />}
      {begin.error && <ErrorNotice error={begin.error} what="The draft was not begun." />}
      <div className={css.buttons}>
        <Button onClick={onClose}>Close</Button>
        {onNext && <Button onClick={onNext}>Next package</Button>}
        <Button variant="filled" data-autofocus loading={begin.isPending} onClick={() => begin.mutate()}>
          Package this model
        </Button>
      </div>
    </Stack>
  )
}
