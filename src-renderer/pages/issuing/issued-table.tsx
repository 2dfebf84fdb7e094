/** What was issued, with what can be done about each license. */
import { Button, Menu, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { client } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { formatCount } from '../../components/format.ts'
import { typeWords } from '../../components/license/license-words.ts'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { Time } from '../../components/values.tsx'
import { saveDocument } from '../../data/save-text.ts'
import css from './issuing.module.css'

interface Props {
  rows: readonly IssuedLicense[]
  onRenew: (row: IssuedLicense) => void
  onChanged: () => Promise<void>
}

export function IssuedTable({ rows, onRenew, onChanged }: Props) {
  const [revoking, setRevoking] = useState<IssuedLicense | null>(null)
  const [selling, setSelling] = useState<IssuedLicense | null>(null)
  return (
    <>
      <PlainTable
        label="Issued licenses"
        columns={[
          { title: 'Customer' },
          { title: 'Model' },
          { title: 'Type' },
          { title: 'State' },
          { title: 'Ends' },
          { title: 'Machines' },
          { title: 'Issued' },
          { title: '', align: 'end' },
        ]}
        rows={rows.map((row) => ({
          key: row.lid,
          cells: [
            <span key="account">
              {row.account}
              <small className={css.under} title={row.lid}>
                …{row.lid.slice(-8)}, document {row.seq}
              </small>
            </span>,
            <span key="model">
              {row.model}
              <small className={css.under}>
                {row.license.model.range === '*' ? 'all versions' : row.license.model.range}
              </small>
            </span>,
            <span key="type">
              {typeWords(row.type)}
              <small className={css.under}>{countedInWords(row)}</small>
            </span>,
            <State key="state" row={row} />,
            row.endsAt === null ? 'no end' : <Time key="ends" at={row.endsAt} as="date" />,
            row.license.nodes === null
              ? 'any'
              : row.license.nodes.bindings.map(({ name }) => name).join(', '),
            <Time key="issued" at={row.issuedAt} />,
            <Actions key="actions" row={row} onRenew={onRenew} onRevoke={setRevoking} onSell={setSelling} />,
          ],
        }))}
      />
      {revoking && <RevokeDialog row={revoking} onClose={() => setRevoking(null)} onChanged={onChanged} />}
      {selling && <TrancheDialog row={selling} onClose={() => setSelling(null)} />}
    </>
  )
}

function countedInWords({ license: { terms } }: IssuedLicense): string {
  const { max, unit } = terms.quota
  return max === null ? 'without a limit' : `${formatCount(max, `${unit}s`)} a month`
}

function State({ row }: { row: IssuedLicense }) {
  if (row.revokedAt !== null) return <Chip tone="bad">Revoked</Chip>
  if (row.endsAt !== null && Date.parse(row.endsAt) <= Date.now()) return <Chip tone="warn">Ended</Chip>
  return <Chip tone="ok">{row.license.trial ? 'Trial' : 'Valid'}</Chip>
}

function Actions({
  row,
  onRenew,
  onRevoke,
  onSell,
}: {
  row: IssuedLicense
  onRenew: (row: IssuedLicense) => void
  onRevoke: (row: IssuedLicense) => void
  onSell: (row: IssuedLicense) => void
}) {
  const save = () =>
    client.issuing
      .document({ lid: row.lid })
      .then(saveDocument, (error: unknown) => reportFailure('The document was not saved', error))
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="xs"
          rightSection={<IconChevronDown size={14} />}
          aria-label={`More for the license of ${row.account}`}
        >
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save()}>Save the file again</Menu.Item>
        <Menu.Item onClick={() => onRenew(row)} disabled={row.revokedAt !== null}>
          Issue its next document
        </Menu.Item>
        <Menu.Item onClick={() => onSell(row)} disabled={row.revokedAt !== null}>
          Sell requests or credits
        </Menu.Item>
        <Menu.Item color="var(--bad)" onClick={() => onRevoke(row)} disabled={row.revokedAt !== null}>
          Revoke
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function RevokeDialog({
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

function TrancheDialog({ row, onClose }: { row: IssuedLicense; onClose: () => void }) {
  useFocusBack()
  const [kind, setKind] = useState<'quota' | 'credits'>('quota')
  const [amount, setAmount] = useState<number | string>(1000)
  const [month, setMonth] = useState(new Date().toISOString().slice(0, 7))
  const sign = useMutation({
    mutationFn: () =>
      client.issuing.tranche({
        lid: row.lid,
        kind,
        amount: Number(amount),
        ...(kind === 'quota' && { month }),
      }),
    onSuccess: (made) => {
      saveDocument(made)
      reportDone('The file is saved', `Send it to ${row.account}: it holds as soon as it is imported.`)
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Sell more to ${row.account}`}>
      <DialogForm act={sign} action="Sign and save" failed="Nothing was signed." onCancel={onClose}>
        <Select
          label="What"
          data={[
            { value: 'quota', label: 'Requests of one month' },
            { value: 'credits', label: 'Credits, paid beforehand' },
          ]}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(value === 'credits' ? 'credits' : 'quota')}
          data-autofocus
        />
        <NumberInput
          label="How many"
          value={amount}
          onChange={setAmount}
          min={1}
          allowDecimal={false}
          thousandSeparator=" "
        />
        {kind === 'quota' && (
          <TextInput
            label="Month"
            description="Of UTC, as 2026-11"
            value={month}
            onChange={(event) => setMonth(event.currentTarget.value)}
          />
        )}
      </DialogForm>
    </Modal>
  )
}
