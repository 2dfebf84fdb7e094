/** All models of this node in one table, whose search, filters and order stand in the address. */
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { IconDots, IconPlayerPlay, IconRocket } from '@tabler/icons-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useState } from 'react'
import type { ModelRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { reportJob } from '../../components/report.tsx'
import { EmptyState } from '../../components/states.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useWindowedRows } from '../../components/table/windowed.ts'
import type { ModelsSearch } from '../../search.ts'
import { usePanels } from '../../state/panels.ts'
import { modelColumns } from './columns.tsx'
import { ModelFilters } from './model-filters.tsx'

const route = getRouteApi('/models')
const DeleteModelDialog = lazy(async () => ({
  default: (await import('./delete-model-dialog.tsx')).DeleteModelDialog,
}))

/** What the address says as the server takes it: found by relevance, listed by the last change. */
function inputOf({ sort, order, deployed, ...filter }: ModelsSearch) {
  const by = sort ?? (filter.search ? 'relevance' : 'updated')
  return {
    ...filter,
    ...(deployed && { deployed: deployed === 'true' }),
    sort: by,
    order: order ?? 'descending',
  } as const
}

export function ModelsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const openInstall = usePanels((panels) => panels.openInstall)
  const [deleting, setDeleting] = useState<ModelRow | null>(null)
  // Fetched with the first menu that opens: there before anyone chooses, and no part of the first screen.
  const [mayDelete, setMayDelete] = useState(false)
  const filter = inputOf(search)
  const rows = useWindowedRows<ModelRow>({
    key: (window) => orpc.models.list.queryKey({ input: { ...filter, ...window } }),
    load: (window, signal) => client.models.list({ ...filter, ...window }, { signal }),
  })
  const isFiltered = Boolean(search.search || search.task || search.tag || search.source || search.deployed)
  // Without a model, the list itself holds the primary action.
  const isEmpty = !isFiltered && !rows.pending && rows.total === 0
  // The same ones at each render: this page renders whenever another page of rows is asked for or arrives, and the rows
  // and filters that are there need not.
  const open = useCallback(
    (row: ModelRow) => void navigate({ to: '/models/$model', params: { model: row.id } }),
    [navigate],
  )
  const changeFilters = useCallback(
    (next: ModelsSearch) => void navigate({ search: next, replace: true }),
    [navigate],
  )
  const actions = useCallback(
    (row: ModelRow, tabIndex: 0 | -1) => (
      <RowActions
        row={row}
        tabIndex={tabIndex}
        onMenu={() => setMayDelete(true)}
        onDelete={() => setDeleting(row)}
      />
    ),
    [],
  )
  const clear = () => void navigate({ search: {} })
  return (
    <Page fill>
      <PageHeader
        title="Models"
        note="Everything installed on this node, each model with its versions."
        actions={
          <>
            <Button onClick={() => void reportJob('Verifying', () => client.models.verify({}))}>
              Verify all stored files
            </Button>
            <Button variant={isEmpty ? 'default' : 'filled'} onClick={() => openInstall()}>
              Import a package
            </Button>
          </>
        }
      />
      <Card flush>
        <DataTable
          id="models"
          label="models"
          columns={modelColumns}
          rows={rows}
          rowId={(row) => row.id}
          onOpen={open}
          sorting={{
            by: filter.sort,
            order: filter.order,
            onSort: (by, order) => void navigate({ search: (now) => ({ ...now, sort: sortOf(by), order }) }),
          }}
          toolbar={<ModelFilters search={search} onChange={changeFilters} />}
          actions={actions}
          iconActions
          empty={
            isFiltered ? (
              <NothingFound onClear={clear} />
            ) : (
              <NothingInstalled onImport={() => openInstall()} />
            )
          }
        />
      </Card>
      {mayDelete && (
        <Suspense fallback={null}>
          <DeleteModelDialog model={deleting} onClose={() => setDeleting(null)} />
        </Suspense>
      )}
    </Page>
  )
}

const sorts = ['updated', 'id', 'title', 'bytes', 'versions', 'relevance'] as const
const sortOf = (by: string) => sorts.find((sort) => sort === by)

interface RowActionsProps {
  row: ModelRow
  tabIndex: 0 | -1
  onMenu: () => void
  onDelete: () => void
}

function RowActions({ row, tabIndex, onMenu, onDelete }: RowActionsProps) {
  return (
    <>
      <Tooltip label="Try in the playground">
        <ActionIcon
          tabIndex={tabIndex}
          aria-label={`Try ${row.title}`}
          renderRoot={(props) => <Link to="/playground" search={{ model: row.id }} {...props} />}
        >
          <IconPlayerPlay size={16} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Deploy">
        <ActionIcon
          tabIndex={tabIndex}
          aria-label={`Deploy ${row.title}`}
          renderRoot={(props) => (
            <Link to="/deployments" search={{ dialog: 'deploy', model: row.id }} {...props} />
          )}
        >
          <IconRocket size={16} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" onOpen={onMenu}>
        <Menu.Target>
          <ActionIcon tabIndex={tabIndex} aria-label={`More for ${row.title}`}>
            <IconDots size={16} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() =>
              void reportJob(`Verifying ${row.id}`, () => client.models.verify({ model: row.id }))
            }
          >
            Verify the stored files
          </Menu.Item>
          <Menu.Item color="var(--bad)" onClick={onDelete}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      title="No model fits these filters"
      actions={<Button onClick={onClear}>Clear the filters</Button>}
    >
      The search looks into names, titles, summaries, tags and release notes.
    </EmptyState>
  )
}

function NothingInstalled({ onImport }: { onImport: () => void }) {
  return (
    <EmptyState
      title="Installed models will be listed here"
      actions={
        <>
          <Button variant="filled" onClick={onImport}>
            Import a package
          </Button>
          <Button
            onClick={() => void reportJob('Installing the samples', () => client.system.installSamples())}
          >
            Install the sample models
          </Button>
        </>
      }
    >
      Drop a package on this window to look into it first, or add the small samples that come with Outpost.
    </EmptyState>
  )
}
