/** A license from terms to a signed file: the form at the left, what it will say in words at the right. */
import { Button, Drawer, Group } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { Banner } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { draftOf, type Form } from './draft.ts'
import { IssuedResult } from './issued-result.tsx'
import css from './issuing.module.css'
import { TermsFields } from './terms-fields.tsx'
import { TermsPreview } from './terms-preview.tsx'
import { WhoFields } from './who-fields.tsx'

interface Props {
  start: Form
  publisher: string
  onClose: () => void
  onIssued: () => Promise<void>
}

const previewAfterMs = 300

export function IssueDialog({ start, publisher, onClose, onIssued }: Props) {
  useFocusBack()
  const [form, setForm] = useState(start)
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }))
  const [settled] = useDebouncedValue(form, previewAfterMs)
  const complete = settled.model !== '' && settled.account.trim() !== ''
  const preview = useQuery({
    ...orpc.issuing.preview.queryOptions({ input: draftOf(settled) }),
    enabled: complete,
    retry: false,
    placeholderData: keepPreviousData,
  })
  const sign = useMutation({
    mutationFn: () => client.issuing.issue(draftOf(form)),
    onSuccess: onIssued,
  })
  const title = form.renews === null ? 'Issue a license' : 'Issue the next document of a license'
  return (
    <Drawer opened onClose={onClose} position="right" size="min(1180px, 96vw)" title={title}>
      {sign.data ? (
        <IssuedResult made={sign.data} onClose={onClose} />
      ) : (
        <form
          className={css.form}
          onSubmit={(event) => {
            event.preventDefault()
            sign.mutate()
          }}
        >
          <div className={css.fields}>
            <WhoFields form={form} publisher={publisher} onChange={change} />
            <TermsFields form={form} onChange={change} />
          </div>
          <aside className={css.preview} aria-label="What it will say">
            {form.note && (
              <Banner tone="info" title={`${form.note.from} asks:`}>
                <span className={css.note}>{form.note.text}</span>
              </Banner>
            )}
            {complete ? (
              <TermsPreview query={preview} />
            ) : (
              <p className={css.hint}>
                Name the model and the customer, and what the license says stands here in words.
              </p>
            )}
            {sign.error && <ErrorNotice error={sign.error} what="Nothing was signed." />}
            <Group justify="flex-end" gap={12} className={css.acts}>
              <Button onClick={onClose}>Cancel</Button>
              <Button
                type="submit"
                variant="filled"
                loading={sign.isPending}
                disabled={!complete || preview.isError}
              >
                Sign the license
              </Button>
            </Group>
          </aside>
        </form>
      )}
    </Drawer>
  )
}
