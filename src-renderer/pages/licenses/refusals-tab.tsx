/** What was refused last by a license or a quota, and why. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import { formatNumber } from '../../components/format.ts'
import { inScreenWords, refusedOperations } from '../../components/license/license-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None, Time, Version } from '../../components/values.tsx'
import css from './licenses.module.css'
import { groupRefusals } from './refusal-groups.ts'

export function RefusalsTab({ onExplain }: { onExplain: (model: string, version: string) => void }) {
  const query = useQuery(orpc.licenses.refusals.queryOptions({ refetchInterval: 10_000 }))
  return (
    <Loaded query={query} what="the last refusals">
      {(rows) => (
        <Card title="Last refusals" note="by a license or a quota, the same ones as one, the newest first">
          {rows.length === 0 ? (
            <EmptyState title="Nothing was refused by a license">
              A call, a deployment or an export that a license or its quota refuses stands here with the rule
              that refused it.
            </EmptyState>
          ) : (
            <PlainTable
              label="Last refusals"
              columns={[
                { title: 'Last' },
                { title: 'Times', align: 'end' },
                { title: 'What' },
                { title: 'Model' },
                { title: 'Code' },
                { title: 'Why' },
                { title: 'Request' },
                { title: 'Explain', align: 'end' },
              ]}
              rows={groupRefusals(rows).map(({ last: row, times }, at) => ({
                key: `${row.at} ${row.requestId ?? at}`,
                cells: [
                  <Time key="at" at={row.at} />,
                  formatNumber(times),
                  refusedOperations[row.of],
                  <span key="model">
                    {row.model} <Version name={row.version} short />
                  </span>,
                  <span key="code">
                    <code>{row.code}</code>
                  </span>,
                  <span key="why" className={css.message}>
                    {inScreenWords(row.message)}
                  </span>,
                  row.requestId === null ? (
                    <None key="request">no call</None>
                  ) : (
                    <LinkButton key="request" size="xs" to="/requests" search={{ id: row.requestId }}>
                      Receipt
                    </LinkButton>
                  ),
                  <Button
                    key="explain"
                    size="xs"
                    aria-label={`Explain ${row.model} ${row.version}`}
                    onClick={() => onExplain(row.model, row.version)}
                  >
                    Explain
                  </Button>,
                ],
              }))}
            />
          )}
        </Card>
      )}
    </Loaded>
  )
}
