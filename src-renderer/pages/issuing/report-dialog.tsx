/** A customer's usage report: its figures, held against the last one, and the receipt that is signed once they were seen. */
import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ReceivedReport, toBillInWords } from '../../../src-main/contract/license/reports.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { formatCount, formatDate, formatNumber } from '../../components/format.ts'
import { Facts } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { Digest, None } from '../../components/values.tsx'
import { saveDocument } from '../../data/save-text.ts'
import css from './issuing.module.css'

const kinds = { fits: ['ok', 'Fits'], note: ['info', 'Note'], problem: ['bad', 'Problem'] } as const

export const problemsOf = ({ findings }: ReceivedReport): number =>
  findings.filter(({ kind }) => kind === 'problem').length

export function ReportDialog({ report, onClose }: { report: ReceivedReport; onClose: () => void }) {
  useFocusBack()
  return (
    <Modal
      opened
      onClose={onClose}
      size={880}
      title={`Usage report ${report.number} of ${report.machine.name}`}
    >
      <Stack gap="md">
        <Facts items={factsOf(report)} />
        <ul className={css.findings} aria-label="What was found">
          {report.findings.map(({ kind, text }) => {
            const [tone, word] = kinds[kind]
            return (
              <li key={text}>
                <Chip tone={tone}>{word}</Chip> <span>{text}</span>
              </li>
            )
          })}
        </ul>
        <Accounts report={report} />
        <Receipt report={report} onClose={onClose} />
      </Stack>
    </Modal>
  )
}

const factsOf = ({ machine, issuedAt, records, head, last, accounts, receiptedAt }: ReceivedReport) =>
  [
    ['Machine', <Digest key="machine" value={machine.id} what="fingerprint" />],
    ['Made', formatDate(issuedAt)],
    ['Log of calls', `${formatCount(records, 'calls')} in all`],
    [
      'Hash of the log',
      <code key="head" title={head}>
        {head.slice(0, 16)}…
      </code>,
    ],
    [
      'Before it',
      last
        ? `Report ${last.number} of ${formatDate(last.issuedAt)}, with ${formatCount(last.records, 'calls')}`
        : 'No report of this machine was received here',
    ],
    ['To bill', <b key="bill">{toBillInWords(accounts)}</b>],
    ['Receipt', receiptedAt ? `Signed on ${formatDate(receiptedAt)}` : 'None yet'],
  ] as const

function Accounts({ report: { accounts } }: { report: ReceivedReport }) {
  if (accounts.length === 0) return <p className={css.hint}>Nothing was counted on a license.</p>
  return (
    <PlainTable
      label="Figures of the report"
      columns={[
        { title: 'License' },
        { title: 'Month' },
        { title: 'Used', align: 'end' },
        { title: 'Reported before', align: 'end' },
        { title: 'To bill', align: 'end' },
        { title: 'Not billed', align: 'end' },
        { title: 'Quota', align: 'end' },
        { title: 'Credits', align: 'end' },
      ]}
      rows={accounts.map(({ lid, month, license, used, before, billable, forfeited, credits }) => ({
        key: `${lid} ${month}`,
        cells: [
          license ? (
            <span key="license" title={lid}>
              {license.model}
              <span className={css.under}>{license.account}</span>
            </span>
          ) : (
            <span key="license" title={lid}>
              Another issuer’s
              <span className={css.under}>…{lid.slice(-8)}</span>
            </span>
          ),
          month,
          formatNumber(used),
          formatNumber(before),
          <b key="billable">{formatNumber(billable)}</b>,
          formatNumber(forfeited),
          license?.max == null ? <None key="max">no limit</None> : formatNumber(license.max),
          formatNumber(credits),
        ],
      }))}
    />
  )
}

function Receipt({ report, onClose }: { report: ReceivedReport; onClose: () => void }) {
  const cache = useQueryClient()
  const [country, setCountry] = useState('')
  const [accepted, setAccepted] = useState(false)
  const problems = problemsOf(report)
  const { digest, receiptedAt } = report
  const sign = useMutation({
    mutationFn: async () => {
      const files = await client.issuing.reportFiles({ digest })
      return await client.issuing.receipt({
        report: files.report.document,
        country: country === '' ? null : country,
      })
    },
    onSuccess: (receipt) => {
      saveDocument(receipt)
      reportDone('The receipt is saved', 'Send it back: the customer’s node has then heard of you.')
      void cache.invalidateQueries({ queryKey: orpc.issuing.key() })
      onClose()
    },
  })
  const save = useMutation({
    mutationFn: (what: 'report' | 'receipt') =>
      client.issuing.reportFiles({ digest }).then((files) => files[what]),
    onSuccess: (file) => file && saveDocument(file),
  })
  const failure = sign.error ?? save.error
  return (
    <>
      <p className={css.hint}>
        To bill is what was answered since the last report; what a loss of power charged is no part of it.
        Credits are those of the month, as on the customer’s statement. The receipt tells the customer’s node
        that you have seen this, and lets it go on where its license asks to hear of you.
      </p>
      <TextInput
        label="Attest the country of the site"
        description="As DE, where a license asks for your word; empty: none"
        value={country}
        onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())}
        maxLength={2}
        maw={360}
      />
      {problems > 0 && (
        <Checkbox
          label={`Sign it although ${formatCount(problems, 'problems')} ${problems === 1 ? 'was' : 'were'} found`}
          checked={accepted}
          onChange={(event) => setAccepted(event.currentTarget.checked)}
        />
      )}
      {failure && <ErrorNotice error={failure} what="Nothing was signed or saved." unchanged="" />}
      <Group justify="flex-end" gap={12}>
        <Button onClick={() => save.mutate('report')}>Save the report</Button>
        {receiptedAt !== null && (
          <Button onClick={() => save.mutate('receipt')}>Save the receipt again</Button>
        )}
        <Button onClick={onClose}>Close</Button>
        <Button
          variant="filled"
          loading={sign.isPending}
          disabled={problems > 0 && !accepted}
          onClick={() => sign.mutate()}
        >
          {receiptedAt === null ? 'Sign the receipt' : 'Sign a new receipt'}
        </Button>
      </Group>
    </>
  )
}
