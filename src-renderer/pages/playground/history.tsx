/** The requests of this visit, newest first; one click brings a request back into the form. */
import { Button } from '@mantine/core'
import { formatClock, formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { None } from '../../components/values.tsx'
import { failureOf } from '../../data/failure.ts'
import { headline } from './outputs.ts'
import css from './playground.module.css'
import type { Visit } from './use-infer.ts'

export function History({ visits, onRecall }: { visits: Visit[]; onRecall: (visit: Visit) => void }) {
  if (visits.length === 0) return null
  return (
    <Card title="This visit" note="kept until this page is closed">
      <PlainTable
        label="Requests of this visit"
        columns={[
          { title: 'Time' },
          { title: 'Model' },
          { title: 'Version that answered' },
          { title: 'Result' },
          { title: 'Total ms', align: 'end' },
          { title: 'Action', align: 'end' },
        ]}
        rows={visits.map((visit) => ({
          key: `${visit.at} ${visit.answer?.id ?? ''}`,
          cells: [
            formatClock(visit.at),
            visit.asked.model,
            visit.answer?.version ?? <None key="version">none answered</None>,
            visit.answer === null ? (
              <code key="code" className={css.problem}>
                {failureOf(visit.error).code}
              </code>
            ) : (
              result(visit)
            ),
            visit.answer === null ? '' : formatNumber(visit.answer.timing.totalMs, 2),
            <Button key="again" size="xs" onClick={() => onRecall(visit)}>
              Fill in again
            </Button>,
          ],
        }))}
      />
    </Card>
  )
}

function result({ answer }: Visit) {
  const [first] = answer?.outputs ?? []
  if (answer === null || first === undefined) return ''
  return answer.outputs.length > 1
    ? `${headline(first)} and ${answer.outputs.length - 1} more`
    : headline(first)
}
