/** Makes a new secret for what a key may do, and says for how long the old one stays good. */
import { Button, Group, Modal, Select, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { keyRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { formatClock, formatDate, formatNumber } from '../../components/format.ts'
import { Facts } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { NewSecret } from './new-secret.tsx'

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
  const isOpen = made === undefined
  return (
    <Modal
      opened
      onClose={onClose}
      title={isOpen ? `Rotate the key ${row.name}` : `The new key ${row.name}`}
      closeOnClickOutside={isOpen}
      closeOnEscape={isOpen}
      withCloseButton={isOpen}
    >
      {made ? (
        <NewSecret secret={made.secret} onCopied={onClose}>
          <p>{endOf(made.previous)}</p>
        </NewSecret>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            rotate.mutate()
          }}
        >
          <Stack gap="md">
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
            {rotate.error !== null && (
              <ErrorNotice
                error={rotate.error}
                what="The key was not rotated."
                unchanged="The old secret is good as before."
              />
            )}
            <Group justify="flex-end" gap={12}>
              <Button onClick={onClose}>Cancel</Button>
              <Button type="submit" variant="filled" loading={rotate.isPending}>
                Rotate the key
              </Button>
            </Group>
          </Stack>
        </form>
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
