/** Whose packages may be installed: each publisher by name with the fingerprint of the key that signs for it. */
import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { publisherName } from '../../../src-main/contract/names.ts'
import type { publisherRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { CodeInput } from '../../components/code-input.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { formatNumber } from '../../components/format.ts'
import { MoreRows } from '../../components/more-rows.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { Digest, Time } from '../../components/values.tsx'
import { useGrowingList } from '../../data/growing-list.ts'
import css from './settings.module.css'

type PublisherRow = z.infer<typeof publisherRow>

export function PublishersSection() {
  const cache = useQueryClient()
  const list = useGrowingList<PublisherRow>(
    orpc.publishers.list.key({ type: 'infinite' }),
    (window, signal) => client.publishers.list(window, { signal }),
  )
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<PublisherRow | null>(null)
  return (
    <Card
      title="Trusted publishers"
      note="A package is installed only if one of these keys has signed it."
      actions={
        <Button variant="filled" onClick={() => setAdding(true)}>
          Trust a publisher
        </Button>
      }
    >
      <Loaded query={list} what="the trusted publishers">
        {({ rows: publishers }) =>
          publishers.length === 0 ? (
            <EmptyState title="Publishers whose packages may be installed will be listed here">
              A publisher is also added when a package of theirs is installed and trusted.
            </EmptyState>
          ) : (
            <PublisherTable publishers={publishers} onRemove={setRemoving} />
          )
        }
      </Loaded>
      <MoreRows list={list} />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Trust a publisher">
        <TrustForm onClose={() => setAdding(false)} />
      </Modal>
      {removing && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(null)}
          title={`Trust ${removing.name} no longer`}
          action="Trust no longer"
          onConfirm={async () => {
            await client.publishers.remove({ name: removing.name })
            await cache.invalidateQueries({ queryKey: orpc.publishers.key() })
            reportDone(`${removing.name} is trusted no longer`)
          }}
        >
          <p>
            New packages of <b>{removing.name}</b> are refused. What is installed already stays and goes on
            running.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

function PublisherTable({
  publishers,
  onRemove,
}: {
  publishers: PublisherRow[]
  onRemove: (row: PublisherRow) => void
}) {
  return (
    <PlainTable
      label="Trusted publishers"
      columns={[
        { title: 'Publisher' },
        { title: 'Key fingerprint' },
        { title: 'Trusted since' },
        { title: 'Versions here', align: 'end' },
        { title: 'Note' },
        { title: 'Action', align: 'end' },
      ]}
      rows={publishers.map((row) => ({
        key: `${row.name} ${row.fingerprint}`,
        cells: [
          <span key="name" className={css.scopes}>
            <b>{row.name}</b> {row.own && <Chip tone="accent">Own</Chip>}
          </span>,
          <Digest key="fingerprint" value={row.fingerprint} what="fingerprint" />,
          <Time key="since" at={row.trustedAt} as="date" />,
          formatNumber(row.versions),
          row.note,
          !row.own && (
            <Button size="xs" color="bad" aria-label={`Remove ${row.name}`} onClick={() => onRemove(row)}>
              Remove
            </Button>
          ),
        ],
      }))}
    />
  )
}

function TrustForm({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient()
  const [name, setName] = useState('')
  const [publicKey, setPublicKey] = useState('')
  const [note, setNote] = useState('')
  const wrongName = name.trim() !== '' && !publisherName.safeParse(name.trim()).success
  const trust = useMutation({
    mutationFn: () => client.publishers.trust({ name: name.trim(), publicKey, note: note.trim() }),
    onSuccess: (row) => {
      void cache.invalidateQueries({ queryKey: orpc.publishers.key() })
      reportDone(`${row.name} is trusted`, row.fingerprint)
      onClose()
    },
  })
  return (
    <DialogForm
      act={trust}
      action={name.trim() === '' || wrongName ? 'Trust the publisher' : `Trust ${name.trim()}`}
      failed="The publisher was not added."
      blocked={name.trim() === '' || wrongName || publicKey.trim() === ''}
      onCancel={onClose}
    >
      <TextInput
        label="Name"
        description="The first part of their model ids: acme in acme.digits"
        value={name}
        error={wrongName ? 'Lower case letters, digits and dashes, such as acme' : null}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <CodeInput
        label="Public key"
        description="In PEM form, received in a way that you trust"
        placeholder="-----BEGIN PUBLIC KEY-----"
        minRows={4}
        value={publicKey}
        onChange={(event) => setPublicKey(event.currentTarget.value)}
      />
      <TextInput
        label="Note"
        description="For example who vouches for the key"
        value={note}
        maxLength={500}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </DialogForm>
  )
}
