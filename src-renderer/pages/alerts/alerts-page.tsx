/** What needs someone: alerts that fire, then those that did, and the rules behind them. */
import { useQuery } from '@tanstack/react-query'
import type { AlertRow } from '../../../src-main/contract/alerts.ts'
import { orpc } from '../../client.ts'
import { metricWords } from '../../components/alert-words.ts'
import { Chip } from '../../components/chip.tsx'
import { formatCount } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None, Time, Version } from '../../components/values.tsx'
import css from './alerts.module.css'
import { RulesCard } from './rules-card.tsx'

/** Newest first, after those that fire. */
const shownMax = 50

export function AlertsPage() {
  const list = useQuery(orpc.alerts.list.queryOptions({ refetchInterval: 5000 }))
  const firing = list.data?.filter(({ state }) => state === 'firing').length ?? 0
  return (
    <Page>
      <PageHeader
        title="Alerts"
        note="Rules are looked at each second, those on drift each five."
        chips={firing > 0 && <Chip tone="bad">{formatCount(firing, 'firing')}</Chip>}
        actions={
          <LinkButton to="/settings/$section" params={{ section: 'webhooks' }}>
            Webhooks
          </LinkButton>
        }
      />
      <Card title="What fired" note="those that fire first, then the newest">
        <Loaded query={list} what="the alerts">
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState title="No rule was broken yet">
                An alert stands here from when its rule is broken, with when it began and when it ended.
              </EmptyState>
            ) : (
              <AlertTable rows={rows.slice(0, shownMax)} />
            )
          }
        </Loaded>
      </Card>
      <RulesCard />
    </Page>
  )
}

const AlertTable = ({ rows }: { rows: AlertRow[] }) => (
  <PlainTable
    label="Alerts"
    columns={[
      { title: 'State' },
      { title: 'Endpoint' },
      { title: 'Rule' },
      { title: 'What was found' },
      { title: 'Since' },
      { title: 'Until' },
    ]}
    rows={rows.map((row) => ({
      key: row.id,
      cells: [
        row.state === 'firing' ? (
          <Chip key="state" tone="bad" dot>
            Firing
          </Chip>
        ) : (
          <Chip key="state">Resolved</Chip>
        ),
        <span key="endpoint">
          {row.endpoint}
          <small className={css.version}>
            <Version name={row.version} short />
          </small>
        </span>,
        metricWords[row.metric],
        <span key="message" className={css.message}>
          {row.message}
        </span>,
        <Time key="since" at={row.since} />,
        row.resolvedAt === null ? (
          <None key="until">still firing</None>
        ) : (
          <Time key="until" at={row.resolvedAt} />
        ),
      ],
    }))}
  />
)
