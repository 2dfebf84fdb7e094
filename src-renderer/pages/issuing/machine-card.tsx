/** For one machine of a customer: the time, where its clock was lost, and the word that its counting may go on. */
import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { client } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'

export function MachineCard() {
  const [machine, setMachine] = useState('')
  const [recoveryId, setRecoveryId] = useState('')
  const node = machine.trim()
  const sign = (made: Promise<{ fileName: string; document: string }>, what: string, then: string) =>
    void made.then(
      (document) => {
        saveDocument(document)
        reportDone(`${what} is saved`, then)
      },
      (error: unknown) => reportFailure(`${what} was not signed`, error),
    )
  return (
    <Card title="For one machine" note="a lost clock, a lost count">
      <TextInput
        label="Machine"
        description="The fingerprint of the customer’s node: Licenses and usage, This site"
        placeholder="sha256:…"
        value={machine}
        onChange={(event) => setMachine(event.currentTarget.value)}
      />
      <TextInput
        label="State to go on from"
        description="The id that the refusal names (STATE_MISSING, LEDGER_TAMPERED); what was lost is between you and the customer"
        value={recoveryId}
        onChange={(event) => setRecoveryId(event.currentTarget.value.trim())}
      />
      <Group gap={12}>
        <Button
          disabled={node === ''}
          onClick={() =>
            sign(
              client.issuing.time({ node }),
              'The time',
              'It is imported like a license, and takes back a jump of the clock that was believed by mistake.',
            )
          }
        >
          Sign the time for it
        </Button>
        <Button
          disabled={node === '' || recoveryId === ''}
          onClick={() =>
            sign(
              client.issuing.recovery({ node, recoveryId }),
              'The recovery',
              'Once it is imported, counting goes on there.',
            )
          }
        >
          Sign a recovery
        </Button>
      </Group>
    </Card>
  )
}
