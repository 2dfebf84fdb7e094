/** Background work of the node: what runs, what it has come to, what failed and why. */
import { Button, Select } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { reportJob } from '../../components/report.tsx'
import { EmptyState } from '../../components/states.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useWindowedRows } from '../../components/table/windowed.ts'
import { jobsSearch } from '../../search.ts'
import { jobColumns } from './columns.tsx'
import { JobActions } from './job-actions.tsx'
import { JobDrawer } from './job-drawer.tsx'

const route = getRouteApi('/jobs')

const states = [
  { value: 'running', label: 'Running' },
  { value: 'queued', label: 'Queued' },
  { value: 'failed', label: 'Failed' },
  { value: 'done', label: 'Done' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'interrupted', label: 'Interrupted' },
] as const satisfies readonly { value: JobRow['state']; label: string }[]

export function JobsPage() {
  const { state, id } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = state ? { state } : {}
  const rows = useWindowedRows<JobRow>({
    key: (window) => orpc.jobs.list.queryKey({ input: { ...filter, ...window } }),
    load: (window, signal) => client.jobs.list({ ...filter, ...window }, { signal }),
  })
  const open = (job: string | undefined) => void navigate({ search: (now) => ({ ...now, id: job }) })
  return (
    <Page fill>
      <PageHeader
        title="Jobs"
        note="Imports, builds, verifications and backups, newest first. They go on when this window is closed."
        actions={
          <>
            <Button onClick={() => void reportJob('Cleaning up', () => client.system.collect())}>
              Delete unused files
            </Button>
            <Button onClick={() => void reportJob('The backup', () => client.system.backup())}>
              Back up now
            </Button>
          </>
        }
      />
      <Card flush>
        <DataTable
          id="jobs"
          label="jobs"
          columns={jobColumns}
          rows={rows}
          rowId={(row) => row.id}
          onOpen={(row) => open(row.id)}
          actions={(row, tabIndex) => <JobActions job={row} tabIndex={tabIndex} />}
          toolbar={
            <Select
              aria-label="State"
              placeholder="Any state"
              w={160}
              clearable
              data={[...states]}
              value={state ?? null}
              onChange={(value) =>
                void navigate({
                  search: { state: jobsSearch.shape.state.parse(value ?? undefined) },
                  replace: true,
                })
              }
              data-page-filter
            />
          }
          empty={
            state ? (
              <EmptyState
                title="No job is in this state"
                actions={<Button onClick={() => void navigate({ search: {} })}>Clear the filter</Button>}
              />
            ) : (
              <EmptyState
                title="Background work will be listed here"
                actions={
                  <Button
                    variant="filled"
                    onClick={() =>
                      void reportJob('Installing the samples', () => client.system.installSamples())
                    }
                  >
                    Install the sample models
                  </Button>
                }
              >
                Whatever takes longer than a moment runs as a job: installing and building packages, verifying
                files, backups.
              </EmptyState>
            )
          }
        />
      </Card>
      <JobDrawer id={id} onClose={() => open(undefined)} />
    </Page>
  )
}
