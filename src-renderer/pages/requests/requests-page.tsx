/** The log of calls: what arrived, which version answered and why, and how long each part took. Never inputs or outputs. */
import { Button } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { formatClock } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useWindowedRows } from '../../components/table/windowed.ts'
import { useNow } from '../../components/use-now.ts'
import type { RequestsSearch } from '../../search.ts'
import { requestColumns } from './columns.tsx'
import { ReceiptDrawer } from './receipt-drawer.tsx'
import { RequestFilters } from './request-filters.tsx'

const route = getRouteApi('/requests')
const minuteMs = 60_000

/** The filter as the server takes it. The span moves a minute at a time, so that its pages can be kept. */
function inputOf(
  { last, model, endpoint, version, outcome, license, period }: RequestsSearch,
  now: number,
  pausedAt: number | null,
) {
  const end = pausedAt ?? Math.floor(now / minuteMs) * minuteMs
  return {
    ...(model && { model }),
    ...(endpoint && { endpoint }),
    ...(version && { version }),
    ...(outcome && { outcome }),
    ...(license && { license }),
    ...(period && { period }),
    ...(last && { since: new Date(end - Number(last) * minuteMs).toISOString() }),
    ...(pausedAt !== null && { until: new Date(pausedAt).toISOString() }),
  }
}

export function RequestsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const now = useNow(minuteMs)
  const [pausedAt, setPausedAt] = useState<number | null>(null)
  const filter = inputOf(search, now, pausedAt)
  const rows = useWindowedRows<RequestRow>({
    key: (window) => orpc.requests.list.queryKey({ input: { ...filter, ...window } }),
    load: (window, signal) => client.requests.list({ ...filter, ...window }, { signal }),
  })
  const isFiltered = Boolean(
    search.model ||
      search.endpoint ||
      search.version ||
      search.outcome ||
      search.last ||
      search.license ||
      search.period,
  )
  const open = (id: string | undefined) => void navigate({ search: (before) => ({ ...before, id }) })
  return (
    <Page fill>
      <PageHeader
        title="Requests"
        note={
          pausedAt === null
            ? 'Each call with the version that answered it. Inputs and outputs are not kept.'
            : `Paused: what came after ${formatClock(pausedAt)} is not shown.`
        }
        actions={
          <Button
            onClick={() => setPausedAt(pausedAt === null ? Date.now() : null)}
            aria-pressed={pausedAt !== null}
          >
            {pausedAt === null ? 'Pause the list' : 'Follow again'}
          </Button>
        }
      />
      <Card flush>
        <DataTable
          id="requests"
          label="requests"
          columns={requestColumns}
          rows={rows}
          rowId={(row) => row.id}
          onOpen={(row) => open(row.id)}
          toolbar={
            <RequestFilters
              search={search}
              onChange={(next) => void navigate({ search: next, replace: true })}
            />
          }
          empty={
            isFiltered ? (
              <EmptyState
                title="No request fits these filters"
                actions={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
              >
                The log is kept by age and size; older calls stay in the totals.
              </EmptyState>
            ) : (
              <EmptyState
                title="Requests will be listed here as they are answered"
                actions={
                  <>
                    <LinkButton to="/playground" variant="filled">
                      Send one in the playground
                    </LinkButton>
                    <LinkButton to="/deployments">See the addresses of the endpoints</LinkButton>
                  </>
                }
              >
                Every call to a deployed version leaves a line with its version, time and outcome.
              </EmptyState>
            )
          }
        />
      </Card>
      <ReceiptDrawer id={search.id} onClose={() => open(undefined)} />
    </Page>
  )
}
