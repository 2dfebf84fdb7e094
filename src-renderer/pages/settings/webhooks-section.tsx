/** Addresses that are told of alerts: added with a secret that is shown once, tried, removed. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookRow } from '../../../src-main/contract/alerts.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { formatCount } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, ErrorNotice, Loaded } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { None, Time } from '../../components/values.tsx'
import { heldOpen, NewSecret } from './new-secret.tsx'

export function WebhooksSection() {
  const cache = useQueryClient()
  const list = useQuery(orpc.webhooks.list.queryOptions())
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<WebhookRow | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.webhooks.key() })
  const test = useMutation({
    mutationFn: ({ id }: WebhookRow) => client.webhooks.test({ id }),
    onSuccess: (_done, { url }) => reportDone('The webhook took the message', url),
    onSettled: refresh,
  })
  const add = (variant: 'filled' | 'default') => (
    <Button variant={variant} onClick={() => setAdding(true)}>
      Add a webhook
    </Button>
  )
  return (
    <Card
      title="Webhooks"
      note="They are told when an alert begins and when it ends."
      actions={add('filled')}
    >
      {test.error && <ErrorNotice error={test.error} what="The message was not taken." />}
      <Loaded query={list} what="the webhooks">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="Nobody is told of alerts yet" actions={add('default')}>
              The node sends names and figures to the address that you give, signed, and again until they are
              taken.
            </EmptyState>
          ) : (
            <WebhookTable
              rows={rows}
              testing={test.isPending ? test.variables.id : null}
              onTest={test.mutate}
              onRemove={setRemoving}
            />
          )
        }
      </Loaded>
      {adding && <WebhookDialog onClose={() => setAdding(false)} onAdded={refresh} />}
      {removing && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(null)}
          title="Remove the webhook"
          action="Remove the webhook"
          onConfirm={async () => {
            await client.webhooks.remove({ id: removing.id })
            await refresh()
            reportDone('The webhook is removed', removing.url)
          }}
        >
          <p>
            <b>{removing.url}</b> is told of no more alerts. What waits for it ({removing.waiting}) is thrown
            away.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

interface WebhookTableProps {
  rows: WebhookRow[]
  testing: string | null
  onTest: (row: WebhookRow) => void
  onRemove: (row: WebhookRow) => void
}

const WebhookTable = ({ rows, testing, onTest, onRemove }: WebhookTableProps) => (
  <PlainTable
    label="Webhooks"
    columns={[
      { title: 'Address' },
      { title: 'Delivered' },
      { title: 'Waiting', align: 'end' },
      { title: 'Problem' },
      { title: 'Action', align: 'end' },
    ]}
    rows={rows.map((row) => ({
      key: row.id,
      cells: [
        <code key="url">{row.url}</code>,
        row.lastDeliveredAt === null ? 'never' : <Time key="at" at={row.lastDeliveredAt} />,
        row.waiting === 0 ? '0' : formatCount(row.waiting, 'messages'),
        row.lastError ?? <None key="problem" />,
        <Group key="actions" gap={8} justify="flex-end" wrap="nowrap">
          <Button size="xs" loading={testing === row.id} onClick={() => onTest(row)}>
            Test
          </Button>
          <Button size="xs" color="bad" onClick={() => onRemove(row)}>
            Remove
          </Button>
        </Group>,
      ],
    }))}
  />
)

function WebhookDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => Promise<void> }) {
  useFocusBack()
  const [url, setUrl] = useState('')
  const add = useMutation({
    mutationFn: () => client.webhooks.add({ url: url.trim() }),
    onSuccess: onAdded,
    gcTime: 0, // the secret is in this answer
  })
  const secret = add.data?.secret
  if (secret !== undefined) {
    return (
      <Modal opened onClose={onClose} title="The secret of the webhook" {...heldOpen}>
        <NewSecret
          secret={secret}
          label="Secret of the webhook"
          note="It is shown this once. The receiver checks the signature of each message with it."
          onCopied={onClose}
        />
      </Modal>
    )
  }
  return (
    <Modal opened onClose={onClose} title="Add a webhook">
      <DialogForm
        act={add}
        action="Add the webhook"
        failed="The webhook was not added."
        blocked={url.trim() === ''}
        onCancel={onClose}
      >
        <TextInput
          label="Address"
          description="The node itself calls it, also in a network that others do not reach: name only what is yours."
          placeholder="https://chat.example/hooks/outpost"
          type="url"
          value={url}
          maxLength={2048}
          data-autofocus
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      </DialogForm>
    </Modal>
  )
}
