/** Gives a license up on this machine, with the proof that moves it; or takes its document away. */
import { useQueryClient } from '@tanstack/react-query'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { reportDone } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'

type Props = { row: LicenseRow; onClose: () => void }

export function DeactivateDialog({ row, onClose }: Props) {
  const cache = useQueryClient()
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Give up the license for ${row.model}`}
      action="Deactivate and save the proof"
      onConfirm={async () => {
        const proof = await client.licenses.deactivate({ lid: row.lid })
        saveDocument(proof)
        await cache.invalidateQueries({ queryKey: orpc.licenses.key() })
        reportDone('The license is given up here', `Send ${proof.fileName} to ${row.issuer}.`)
      }}
    >
      <p>
        {row.model} stops answering on this machine where no other license covers it, and this issue of the
        license can never be installed here again.
      </p>
      <p>
        A signed proof is saved as a file. Send it to {row.issuer}, with the request file of the machine that
        the license moves to.
      </p>
    </ConfirmDialog>
  )
}

export function RemoveDialog({ row, onClose }: Props) {
  const cache = useQueryClient()
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Remove the license for ${row.model}`}
      action="Remove the license"
      onConfirm={async () => {
        await client.licenses.remove({ lid: row.lid })
        await cache.invalidateQueries({ queryKey: orpc.licenses.key() })
        reportDone('The license is removed', 'What was counted on it stays on record.')
      }}
    >
      <p>
        {row.model} stops answering where no other license covers it. The same file can be imported again;
        what was counted this month stays counted.
      </p>
      <p>To move it to another machine, deactivate it instead: the issuer needs the proof.</p>
    </ConfirmDialog>
  )
}
