/** The way over the telephone: what is read out to the issuer, and the field for the code that comes back. */
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { client, orpc } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { formatDate } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import css from './licenses.module.css'

export function Emergency({ row }: { row: LicenseRow }) {
  const cache = useQueryClient()
  const [code, setCode] = useState('')
  const redeem = useMutation({
    mutationFn: () => client.licenses.redeem({ lid: row.lid, code: code.trim() }),
    onSuccess: ({ until }) => {
      setCode('')
      void cache.invalidateQueries({ queryKey: orpc.licenses.key() })
      reportDone('The emergency code holds', `${row.model} serves until ${formatDate(until)}.`)
    },
  })
  if (row.emergencyChallenge === null) return null
  return (
    <Disclosure title="Emergency by telephone">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          redeem.mutate()
        }}
      >
        <p className={css.muted}>
          Read this out to {row.issuer}. The code that you hear in answer lets the license serve for seven
          days, once. Codes left: {row.emergencyLeft}.
        </p>
        <CodeBlock text={row.emergencyChallenge} label="What to read out" />
        <div className={css.inline}>
          <TextInput
            label="Code from the issuer"
            className={css.grow}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Button type="submit" loading={redeem.isPending} disabled={code.trim() === ''}>
            Enter the code
          </Button>
        </div>
        {redeem.error && <ErrorNotice error={redeem.error} what="The code was not taken." />}
      </form>
    </Disclosure>
  )
}
