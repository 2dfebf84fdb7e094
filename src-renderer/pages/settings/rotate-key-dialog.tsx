/** Makes a new secret for what a key may do, and says for how long the old one stays good. */
import { Modal, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { keyRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { formatClock, formatDate, formatNumber } from '../../components/format.ts'
import { Facts } from '../../components/page.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { heldOpen, NewSecret } from './new-secret.tsx'

type KeyRow = z.infer<typeof keyRow>

const overlaps = [
  { value: '0', label: 'It ends at once' },
  { value: '1', label: 'One hour' },
  { value: '24', label: 'One day' },
  { value: '168', label: 'One week' },
  { value: '720', label: '30 days' },
]
const dayMs = 86_400_000

export function RotateKeyDialog({ row, onClose }: { row: KeyRow; onClose: () => void }) {
  const cache = useQueryClient()
  useFocusBack()
  const [overlap, setOverlap] = useState('24')
  const rotate = useMutation({
    mutationFn: () => client.keys.rotate({ id: row.id, overlapHours: Number(overlap) }),
    onSuccess: () => cache.invalidateQueries({ queryKey: orpc.keys.key() }),
    // The secret is in this answer: it must not stay in memory after the dialog.
    gcTime: 0,
  })
  const made = rotate.data
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? `The new key ${row.name}` : `Rotate the key ${row.name}`}
      {...(made && heldOpen)}
    >
      {made ? (
        <NewSecret secret={made.secret} onCopied={onClose}>
          <p>{endOf(made.previous)}</p>
        </NewSecret>
      ) : (
        <DialogForm
          act={rotate}
          action="Rotate the key"
          failed="The key was not rotated."
          unchanged="The old secret is good as before."
          onCancel={onClose}
        >
          <p>It gets a new secret. What it is called and what it may do stay as they are.</p>
          <Facts
            items={[
              ['Scopes', row.scopes.join(', ')],
              [
                'Requests a minute',
                row.requestsPerMinute === null ? 'no limit' : formatNumber(row.requestsPerMinute),
              ],
              ['Expires', lifetimeOf(row)],
            ]}
          />
          <Select
            label="The old secret stays good for"
            description={
              overlap === '0'
                ? 'Programs that use it get 401 until they have the new one.'
                : 'Time to give every program the new one. Both share the limit of requests.'
            }
            data={overlaps}
            value={overlap}
            allowDeselect={false}
            data-autofocus
            onChange={(value) => value !== null && setOverlap(value)}
          />
        </DialogForm>
      )}
    </Modal>
  )
}

function lifetimeOf({ createdAt, expiresAt }: KeyRow): string {
  if (expiresAt === null) return 'never'
  const days = Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / dayMs)
  return days < 1
    ? 'within a day, as the old one'
    : `after ${days === 1 ? 'one day' : `${days} days`} from now`
}

function endOf({ revokedAt, expiresAt, prefix }: KeyRow): string {
  if (revokedAt !== null || expiresAt === null) return `The old secret, ${prefix}…, is refused from now on.`
  return `The old secret, ${prefix}…, is good until ${formatDate(expiresAt)}, ${formatClock(expiresAt)}.`
}
