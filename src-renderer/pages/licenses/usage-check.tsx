/** Whether the bill equals the log of calls: every record as it was written, every sum the same. */
import type { UsageCheck } from '../../../src-main/contract/license/usage.ts'
import { formatCount, formatNumber } from '../../components/format.ts'
import { Banner, Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { None } from '../../components/values.tsx'
import css from './licenses.module.css'

export function UsageCheckResult({ check }: { check: UsageCheck }) {
  const walked = `${formatCount(check.records, 'records')} in ${formatCount(check.segments, 'segments')}`
  const unequal = check.accounts.filter(({ equal }) => !equal)
  return (
    <>
      {check.intact ? (
        <Banner tone="ok" title="The bill equals the log.">
          {walked} are as they were written, and every sum of the statements is theirs.
        </Banner>
      ) : (
        <Banner tone="bad" title="The bill does not equal the log.">
          {check.problem ?? 'Sums differ.'} {walked} were walked.
        </Banner>
      )}
      {unequal.length > 0 && (
        <Card title="Sums that differ">
          <PlainTable
            label="Sums that differ"
            columns={[
              { title: 'License' },
              { title: 'Month' },
              { title: 'In the log', align: 'end' },
              { title: 'In the statement', align: 'end' },
              { title: 'Counted on the quota', align: 'end' },
            ]}
            rows={unequal.map(({ lid, month, inLog, inStatement, counted }) => ({
              key: `${lid} ${month}`,
              cells: [
                <code key="lid">{lid}</code>,
                month,
                formatNumber(inLog),
                formatNumber(inStatement),
                counted === null ? <None key="counted">not counted</None> : formatNumber(counted),
              ],
            }))}
          />
        </Card>
      )}
      {check.head !== '' && (
        <p className={css.message}>
          <span className={css.muted}>Hash of the last record, to compare with a report that was sent: </span>
          <code>{check.head}</code>
        </p>
      )}
    </>
  )
}
