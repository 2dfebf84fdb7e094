/** Keys that may sign in the name of this publisher: certified, listed, revoked, and the keyset that says so. */
import { Button, Modal, MultiSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type IssuerPurpose, issuerPurpose } from '../../../src-main/contract/license/documents.ts'
import type { KeysetEntry } from '../../../src-main/contract/license/issuing.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { CodeInput } from '../../components/code-input.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { Digest, Time } from '../../components/values.tsx'
import { SignButton } from './sign-button.tsx'

export function KeysCard() {
  const cache = useQueryClient()
  const keys = useQuery(orpc.issuing.keys.queryOptions())
  const [adding, setAdding] = useState(false)
  const [revoking, setRevoking] = useState<KeysetEntry | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.issuing.keys.key() })
  return (
    <Card
      title="Keys that may sign for you"
      note="a sales desk, say, that must not have your own key"
      actions={
        <>
          <SignButton
            sign={() => client.issuing.keyset({})}
            saved="The keyset is saved"
            next={({ n }) => `Number ${n}. Send it to your customers.`}
            failed="The keyset was not signed"
            disabled={(keys.data?.length ?? 0) === 0}
          >
            Sign the keyset
          </SignButton>
          <Button onClick={() => setAdding(true)}>Certify a key</Button>
        </>
      }
    >
      <Loaded query={keys} what="the certified keys">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="Only your own key signs">
              Certify another node’s key, sign the keyset and send it out with the next license.
            </EmptyState>
          ) : (
            <PlainTable
              label="Certified keys"
              columns={[
                { title: 'Name' },
                { title: 'May sign' },
                { title: 'Key' },
                { title: 'Until' },
                { title: 'State' },
                { title: '', align: 'end' },
              ]}
              rows={rows.map((row) => ({
                key: row.kid,
                cells: [
                  row.name,
                  row.purposes.join(', '),
                  <Digest key="kid" value={row.kid} what="fingerprint" />,
                  row.until === null ? 'no end' : <Time key="until" at={row.until} as="date" />,
                  row.revokedAt === null ? (
                    <Chip key="state" tone="ok">
                      Valid
                    </Chip>
                  ) : (
                    <Chip key="state" tone="bad">
                      Revoked
                    </Chip>
                  ),
                  row.revokedAt === null && (
                    <Button key="revoke" size="compact-sm" onClick={() => setRevoking(row)}>
                      Revoke
                    </Button>
                  ),
                ],
              }))}
            />
          )
        }
      </Loaded>
      {adding && <CertifyDialog onClose={() => setAdding(false)} onDone={refresh} />}
      {revoking && (
        <ConfirmDialog
          opened
          onClose={() => setRevoking(null)}
          title={`Revoke the key of ${revoking.name}`}
          action="Revoke the key"
          onConfirm={async () => {
            await client.issuing.revokeKey({ kid: revoking.kid })
            await refresh()
            reportDone(
              'The key is revoked',
              'Sign the keyset and send it out: customers’ nodes learn it there.',
            )
          }}
        >
          <p>
            Nothing that it signs from now on holds, as soon as a customer has the new keyset. What it signed
            before does.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

function CertifyDialog({ onClose, onDone }: { onClose: () => void; onDone: () => Promise<void> }) {
  useFocusBack()
  const [name, setName] = useState('')
  const [key, setKey] = useState('')
  const [purposes, setPurposes] = useState<IssuerPurpose[]>(['license'])
  const certify = useMutation({
    mutationFn: () => client.issuing.certify({ name, key, purposes }),
    onSuccess: async () => {
      await onDone()
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title="Certify a key">
      <DialogForm
        act={certify}
        action="Certify the key"
        failed="The key was not certified."
        blocked={purposes.length === 0}
        onCancel={onClose}
      >
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <CodeInput
          label="Public key"
          description="The PEM text of the other node, as outpost publisher show prints it"
          required
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          minRows={4}
        />
        <MultiSelect
          label="May sign"
          data={issuerPurpose.options.map((value) => ({ value, label: value }))}
          value={purposes}
          onChange={(values) => setPurposes(values.map((value) => issuerPurpose.parse(value)))}
        />
      </DialogForm>
    </Modal>
  )
}
