/** The present time, signed: for a customer's machine whose clock was lost or set wrong. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { client } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'
import css from './issuing.module.css'

export function TimeCard() {
  const sign = useMutation({
    mutationFn: () => client.issuing.time({ node: null }),
    onSuccess: (made) => {
      saveDocument(made)
      reportDone('The time is signed', 'Send the file to the customer: it is imported like a license.')
    },
    onError: (error) => reportFailure('The time was not signed', error),
  })
  return (
    <Card
      title="Time"
      note="for a machine whose clock was lost"
      actions={
        <Button onClick={() => sign.mutate()} loading={sign.isPending}>
          Sign the time
        </Button>
      }
    >
      <p className={css.hint}>
        A file with the present time. The customer’s node goes by it once it is imported.
      </p>
    </Card>
  )
}
