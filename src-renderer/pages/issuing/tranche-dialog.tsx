/** Sells more requests of one month, or credits, for a license that was issued. */
import { Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { client } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { saveDocument } from '../../data/save-text.ts'

export function TrancheDialog({ row, onClose }: { row: IssuedLicense; onClose: () => void }) {
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
            type="month"
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
