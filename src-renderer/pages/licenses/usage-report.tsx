/** Signs the report for an issuer and saves it: counts and hashes, nothing of what was asked or answered. */
import { Button, Modal, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'
import css from './licenses.module.css'

export function UsageReportButton() {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button onClick={() => setOpened(true)}>Usage report for an issuer</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Usage report for an issuer">
        <ReportForm onClose={() => setOpened(false)} />
      </Modal>
    </>
  )
}

const everyIssuer = ''

function ReportForm({ onClose }: { onClose: () => void }) {
  const rows = useQuery(orpc.licenses.list.queryOptions({ input: {} })).data ?? []
  const issuers = [...new Set(rows.map(({ issuer }) => issuer))]
  const [issuer, setIssuer] = useState(everyIssuer)
  const report = useMutation({
    mutationFn: () => client.usage.report(issuer === everyIssuer ? {} : { issuer }),
    onSuccess: (file) => {
      saveDocument(file)
      reportDone(
        `Report ${file.number} is saved`,
        'Send the file to the issuer, and import the receipt here.',
      )
      onClose()
    },
  })
  return (
    <DialogForm
      act={report}
      action="Save the report"
      failed="The report was not signed."
      focused
      onCancel={onClose}
    >
      <p className={css.muted}>
        A signed file with the counts of each license and month and the hash of the log. It says nothing of
        what was asked or answered, nor by whom.
      </p>
      <Select
        label="Issuer"
        data={[
          { value: everyIssuer, label: 'All of them' },
          ...issuers.map((value) => ({ value, label: value })),
        ]}
        value={issuer}
        allowDeselect={false}
        onChange={(value) => value !== null && setIssuer(value)}
      />
    </DialogForm>
  )
}
