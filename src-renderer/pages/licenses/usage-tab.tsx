/** The statement of a month: what was used on each license, by whom, and the calls behind every number. */
import { Button, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { Statement, StatementLine } from '../../../src-main/contract/license/usage.ts'
import { priceInWords } from '../../../src-main/contract/license/words.ts'
import { client, orpc } from '../../client.ts'
import { Disclosure } from '../../components/disclosure.tsx'
import { formatNumber } from '../../components/format.ts'
import { typeWords } from '../../components/license/license-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, ErrorNotice, Loaded } from '../../components/states.tsx'
import { None } from '../../components/values.tsx'
import css from './licenses.module.css'
import { UsageCheckResult } from './usage-check.tsx'
import { UsageReportButton } from './usage-report.tsx'

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const monthInWords = (month: string): string => monthName.format(new Date(`${month}-01T00:00:00Z`))

export function UsageTab({
  month,
  onMonth,
}: {
  month: string | undefined
  onMonth: (month: string | undefined) => void
}) {
  const query = useQuery(
    orpc.usage.statement.queryOptions({ input: month ? { month } : {}, refetchInterval: 15_000 }),
  )
  const check = useMutation({ mutationFn: () => client.usage.verify() })
  return (
    <Stack>
      <div className={css.toolbar}>
        <Select
          aria-label="Month"
          data={[...new Set([...(query.data ? [query.data.month] : []), ...(query.data?.months ?? [])])].map(
            (value) => ({ value, label: monthInWords(value) }),
          )}
          value={query.data?.month ?? month ?? null}
          allowDeselect={false}
          onChange={(value) => onMonth(value ?? undefined)}
        />
        <span className={css.muted}>Months begin at 00:00 UTC</span>
        <span className={css.push} />
        <Button loading={check.isPending} onClick={() => check.mutate()}>
          Check the bill against the log
        </Button>
        <UsageReportButton />
      </div>
      {check.error && <ErrorNotice error={check.error} what="The log could not be checked." />}
      {check.data && <UsageCheckResult check={check.data} />}
      <Loaded query={query} what="the statement">
        {(statement) => <Lines statement={statement} />}
      </Loaded>
    </Stack>
  )
}

const total = (lines: readonly StatementLine[], of: 'requests' | 'units' | 'overage' | 'forfeited'): number =>
  lines.reduce((sum, line) => sum + line[of], 0)

function Lines({ statement: { month, lines, credits } }: { statement: Statement }) {
  if (lines.length === 0)
    return (
      <Card>
        <EmptyState title={`Nothing was used on a license in ${monthInWords(month)}`}>
          Each answer of a licensed model is counted here, with the calls behind the number.
        </EmptyState>
      </Card>
    )
  const used = lines.filter(({ consumers }) => consumers.length > 0)
  return (
    <>
      <Card title={`Statement of ${monthInWords(month)}`} note={`${formatNumber(credits)} credits in all`}>
        <PlainTable
          label="Statement"
          columns={[
            { title: 'Model', width: '30%' },
            { title: 'License' },
            { title: 'Requests', align: 'end' },
            { title: 'Counted', align: 'end' },
            { title: 'Limit', align: 'end' },
            { title: 'Billed apart', align: 'end' },
            { title: 'Not billed', align: 'end' },
            { title: 'Credits', align: 'end' },
            { title: 'Calls', align: 'end' },
          ]}
          rows={[
            ...lines.map((line) => ({ key: line.lid, cells: cellsOf(line, month) })),
            {
              key: 'total',
              cells: [
                <b key="total">In all</b>,
                '',
                <b key="requests">{formatNumber(total(lines, 'requests'))}</b>,
                <b key="units">{formatNumber(total(lines, 'units'))}</b>,
                '',
                <b key="overage">{formatNumber(total(lines, 'overage'))}</b>,
                <b key="forfeited">{formatNumber(total(lines, 'forfeited'))}</b>,
                <b key="credits">{formatNumber(credits)}</b>,
                '',
              ],
            },
          ]}
        />
      </Card>
      {used.length > 0 && (
        <Card title="Consumers" note="by the names of their keys">
          {used.map((line) => (
            <Disclosure key={line.lid} title={`Consumers of ${line.model}`}>
              <Consumers line={line} />
            </Disclosure>
          ))}
        </Card>
      )}
    </>
  )
}

const cellsOf = (line: StatementLine, month: string) => [
  <span key="model" title={line.model}>
    {line.model}
  </span>,
  <span key="license" title={line.price ? priceInWords(line.price) : line.lid}>
    {line.type ? typeWords(line.type) : 'Not known any more'}
    <small className={css.under}>{line.account ?? line.lid}</small>
  </span>,
  formatNumber(line.requests),
  formatNumber(line.units),
  line.limit === null ? <None key="limit">no limit</None> : formatNumber(line.limit),
  line.overage === 0 ? <None key="overage">none</None> : formatNumber(line.overage),
  line.forfeited === 0 ? <None key="forfeited">none</None> : formatNumber(line.forfeited),
  formatNumber(line.credits),
  <LinkButton
    key="calls"
    size="xs"
    to="/requests"
    search={{ license: line.lid, period: month, outcome: 'answered' }}
    aria-label={`Show the calls of ${line.model}`}
  >
    Show the calls
  </LinkButton>,
]

const Consumers = ({ line }: { line: StatementLine }) => (
  <PlainTable
    label={`Consumers of ${line.model}`}
    columns={[
      { title: 'Consumer', width: '40%' },
      { title: 'Requests', align: 'end' },
      { title: 'Items', align: 'end' },
      { title: 'Tokens', align: 'end' },
      { title: 'Counted', align: 'end' },
      { title: 'Credits', align: 'end' },
    ]}
    rows={line.consumers.map((one) => ({
      key: one.consumer,
      cells: [
        <span key="consumer" title={one.consumer}>
          {one.consumer}
        </span>,
        ...[one.requests, one.items, one.tokens, one.units, one.credits].map((value) => formatNumber(value)),
      ],
    }))}
  />
)
