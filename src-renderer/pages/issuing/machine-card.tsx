/** For one machine of a customer: the time, where its clock was lost, and the word that its counting may go on. */
import { Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { client } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { SignButton } from './sign-button.tsx'

export function MachineCard() {
  const [machine, setMachine] = useState('')
  const [recoveryId, setRecoveryId] = useState('')
  const node = machine.trim()
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
        <SignButton
          sign={() => client.issuing.time({ node })}
          saved="The time is saved"
          next={() =>
            'It is imported like a license, and takes back a jump of the clock that was believed by mistake.'
          }
          failed="The time was not signed"
          disabled={node === ''}
        >
          Sign the time for it
        </SignButton>
        <SignButton
          sign={() => client.issuing.recovery({ node, recoveryId })}
          saved="The recovery is saved"
          next={() => 'Once it is imported, counting goes on there.'}
          failed="The recovery was not signed"
          disabled={node === '' || recoveryId === ''}
        >
          Sign a recovery
        </SignButton>
      </Group>
    </Card>
  )
}
