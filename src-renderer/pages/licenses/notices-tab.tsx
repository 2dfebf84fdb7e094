/** What was told of ends, quotas, refusals and revocations, by webhook and mail too. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { inScreenWords } from '../../components/license/license-words.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'

const severities = {
  danger: ['bad', 'Urgent'],
  warning: ['warn', 'Soon'],
  info: ['info', 'Notice'],
} as const

export function NoticesTab() {
  const query = useQuery(orpc.licenses.notices.queryOptions({ refetchInterval: 30_000 }))
  return (
    <Loaded query={query} what="the notices">
      {(rows) => (
        <Card
          title="Notices"
          note="at 90, 60, 30, 14, 7 and 1 days, at 80, 95 and 100 % of a quota, and when something is refused, revoked or raised"
        >
          {rows.length === 0 ? (
            <EmptyState title="No notice was given yet">
              What ends, is used up, refused, revoked or raised is told here, and by the webhooks and mail
              that are set up.
            </EmptyState>
          ) : (
            <PlainTable
              label="Notices"
              columns={[
                { title: 'When' },
                { title: 'How urgent' },
                { title: 'Model' },
                { title: 'What was told' },
              ]}
              rows={rows.map((row) => {
                const [tone, word] = severities[row.severity]
                return {
                  key: `${row.lid} ${row.seq} ${row.kind} ${row.at}`,
                  cells: [
                    <Time key="at" at={row.at} />,
                    <Chip key="severity" tone={tone}>
                      {word}
                    </Chip>,
                    row.model ?? <None key="model">removed</None>,
                    inScreenWords(row.message),
                  ],
                }
              })}
            />
          )}
        </Card>
      )}
    </Loaded>
  )
}
