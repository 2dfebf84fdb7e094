/** Emergency on the telephone: what the customer reads out, and the code to read back. */
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Card } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import css from './issuing.module.css'

export function CodeCard() {
  const [challenge, setChallenge] = useState('')
  const find = useMutation({ mutationFn: () => client.issuing.emergencyCode({ challenge }) })
  return (
    <Card title="Emergency on the telephone" note="seven days, once a code">
      <form
        className={css.line}
        onSubmit={(event) => {
          event.preventDefault()
          find.mutate()
        }}
      >
        <TextInput
          label="What the customer reads out"
          description="Four groups; it stands on their license"
          value={challenge}
          onChange={(event) => setChallenge(event.currentTarget.value)}
        />
        <Button type="submit" loading={find.isPending} disabled={challenge.trim() === ''}>
          Find the code
        </Button>
      </form>
      {find.error && <ErrorNotice error={find.error} what="There is no code for this." />}
      {find.data && (
        <>
          <p className={css.hint}>
            {find.data.account}, {find.data.model}. Read this back, group by group:
          </p>
          <CodeBlock text={find.data.code} label="Emergency code" />
        </>
      )}
    </Card>
  )
}
