/** Takes an issued license back, for a reason that its customer reads. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { client } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { reportDone } from '../../components/report.tsx'
import { countedInWords } from './counted-in-words.ts'

export function RevokeDialog({
  row,
  onClose,
  onChanged,
}: {
  row: IssuedLicense
  onClose: () => void
  onChanged: () => Promise<void>
}) {
  const [reason, setReason] = useState('')
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Revoke the license of ${row.account}`}
      action="Revoke the license"
      onConfirm={async () => {
        await client.issuing.revoke({ lid: row.lid, reason })
        await onChanged()
        reportDone(
          'The license is revoked',
          'Sign the list of revocations and send it out: the customer’s node learns it there.',
        )
      }}
    >
      <p>
        The license …{row.lid.slice(-8)}, {countedInWords(row)}: {row.model} stops answering on the customer’s
        machines as soon as the next list of revocations is imported there. This cannot be taken back; a new
        license can be issued.
      </p>
      <TextInput
        label="Reason"
        description="Shown to the customer"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        mt="sm"
      />
    </ConfirmDialog>
  )
}
