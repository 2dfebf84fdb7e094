/** Every deployment of the node with its state and figures; the dialog that deploys another is part of the address. */
import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconPlayerPlay, IconPlayerStop, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { withShortDigests } from '../../components/format.ts'
import { LostLicenses } from '../../components/license/banners.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Card, Page, PageHeader } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { rowsOf } from '../../components/table/windowed.ts'
import { deploymentColumns } from './columns.tsx'
import { DeployDialog } from './deploy-dialog.tsx'
import { canStart, useDeploymentActions } from './deployment-actions.tsx'
import { deploymentsQuery } from './query.ts'

const route = getRouteApi('/deployments')

export function DeploymentsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(deploymentsQuery())
  const actions = useDeploymentActions()
  const deploy = () => void navigate({ search: { dialog: 'deploy' } })
  return (
    <Page fill>
      <PageHeader
        title="Deployments"
        note="Versions that answer requests, each under the name of its endpoint."
        actions={
          // An empty list offers it in its middle.
          list.data?.length !== 0 && (
            <Button variant="filled" onClick={deploy}>
              Deploy a version
            </Button>
          )
        }
      />
      <Failures rows={list.data ?? []} />
      <LostLicenses rows={list.data ?? []} />
      <Card flush>
        <DataTable
          id="deployments"
          label="deployments"
          columns={deploymentColumns}
          rows={rowsOf(list)}
          rowId={(row) => row.id}
          onOpen={({ endpoint }) => void navigate({ to: '/deployments/$endpoint', params: { endpoint } })}
          actions={(row, tabIndex) => (
            <RowActions
              row={row}
              tabIndex={tabIndex}
              onStart={() => actions.start(row)}
              onStop={() => actions.stop(row)}
              onUndeploy={() => actions.undeploy(row)}
            />
          )}
          empty={
            <EmptyState
              title="Deployed versions will be listed here"
              actions={
                <>
                  <Button variant="filled" onClick={deploy}>
                    Deploy a version
                  </Button>
                  <LinkButton to="/settings/$section" params={{ section: 'samples' }}>
                    Install the sample models
                  </LinkButton>
                </>
              }
            >
              A deployed version stays loaded and answers programs over HTTP.
            </EmptyState>
          }
        />
      </Card>
      <DeployDialog
        opened={search.dialog === 'deploy'}
        onClose={() => void navigate({ search: {}, replace: true })}
        model={search.model}
        version={search.version}
      />
      {actions.dialog}
    </Page>
  )
}

/** More would push the table off the screen; the rest are marked in it. */
const failuresMax = 3

function Failures({ rows }: { rows: readonly DeploymentRow[] }) {
  const failed = rows.filter(({ failure }) => failure !== null)
  return failed.slice(0, failuresMax).map(({ id, endpoint, state, failure }) => (
    <Banner
      key={id}
      tone="bad"
      title={`${endpoint} ${state === 'set-aside' ? 'is set aside' : 'does not run'}.`}
      actions={
        <LinkButton to="/deployments/$endpoint" params={{ endpoint }} size="xs">
          Open {endpoint}
        </LinkButton>
      }
    >
      {withShortDigests(failure?.message ?? '')} {failure?.hint}
    </Banner>
  ))
}

type RowActionsProps = {
  row: DeploymentRow
  tabIndex: 0 | -1
  onStart: () => void
  onStop: () => void
  onUndeploy: () => void
}

function RowActions({ row, tabIndex, onStart, onStop, onUndeploy }: RowActionsProps) {
  return (
    <>
      <CopyButton value={row.url}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : `Copy ${row.url}`}>
            <ActionIcon tabIndex={tabIndex} aria-label={`Copy the address of ${row.endpoint}`} onClick={copy}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      {canStart(row) ? (
        <Tooltip label="Start">
          <ActionIcon tabIndex={tabIndex} aria-label={`Start ${row.endpoint}`} onClick={onStart}>
            <IconPlayerPlay size={16} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Tooltip label="Stop">
          <ActionIcon tabIndex={tabIndex} aria-label={`Stop ${row.endpoint}`} onClick={onStop}>
            <IconPlayerStop size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label="Undeploy">
        <ActionIcon tabIndex={tabIndex} aria-label={`Undeploy ${row.endpoint}`} onClick={onUndeploy}>
          <IconTrash size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  )
}
