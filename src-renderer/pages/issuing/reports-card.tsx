/** Usage reports that customers sent: each is kept with its receipt, and can be looked at again. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReceivedReport } from '../../../src-main/contract/license/reports.ts'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { formatCount, formatDate, formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'
import css from './issuing.module.css'
import { problemsOf, ReportDialog } from './report-dialog.tsx'

const shownAtFirst = 10

export function ReportsCard() {
  const query = useQuery(orpc.issuing.reports.queryOptions())
  const [opened, setOpened] = useState<ReceivedReport | null>(null)
  const [all, setAll] = useState(false)
  return (
    <Card title="Usage reports" note="what customers reported, and what was answered">
      <Loaded query={query} what="the reports">
        {(reports) =>
          reports.length === 0 ? (
            <EmptyState title="No usage report was received yet">
              A report that a customer sends is dropped above. Its figures are shown before a receipt is
              signed, and it is kept here.
            </EmptyState>
          ) : (
            <>
              <PlainTable
                label="Usage reports"
                columns={[
                  { title: 'Received' },
                  { title: 'Machine' },
                  { title: 'Licensees' },
                  { title: 'To bill', align: 'end' },
                  { title: 'Check' },
                  { title: 'Receipt' },
                  { title: 'Open', align: 'end' },
                ]}
                rows={(all ? reports : reports.slice(0, shownAtFirst)).map((report) => ({
                  key: report.digest,
                  cells: cellsOf(report, () => setOpened(report)),
                }))}
              />
              {reports.length > shownAtFirst && !all && (
                <Button onClick={() => setAll(true)}>Show all {reports.length}</Button>
              )}
            </>
          )
        }
      </Loaded>
      {opened && <ReportDialog report={opened} onClose={() => setOpened(null)} />}
    </Card>
  )
}

function cellsOf(report: ReceivedReport, onOpen: () => void) {
  const { machine, number, accounts, receivedAt, receiptedAt } = report
  const licensees = [...new Set(accounts.flatMap(({ license }) => (license ? [license.account] : [])))]
  const problems = problemsOf(report)
  return [
    <Time key="at" at={receivedAt} />,
    <span key="machine">
      {machine.name}
      <span className={css.under}>report {number}</span>
    </span>,
    licensees.length === 0 ? <None key="licensees">none of this issuer</None> : licensees.join(', '),
    formatNumber(accounts.reduce((sum, { billable }) => sum + billable, 0)),
    <Chip key="check" tone={problems > 0 ? 'bad' : 'ok'}>
      {problems > 0 ? formatCount(problems, 'problems') : 'Fits'}
    </Chip>,
    receiptedAt === null ? <None key="receipt">not signed</None> : formatDate(receiptedAt),
    <Button key="open" size="xs" aria-label={`Open report ${number} of ${machine.name}`} onClick={onOpen}>
      Open
    </Button>,
  ]
}
