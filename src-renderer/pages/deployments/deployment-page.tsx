/** One deployment: its address, whether it answers and if not why, its figures, and how to call it. */

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatShare,
  versionCore,
} from '../../components/format.ts'
import { VersionLicense } from '../../components/license/banners.tsx'
import { EndpointState } from '../../components/license/endpoint-state.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Columns, Facts, Page, PageHeader, Stack } from '../../components/page.tsx'
import { EmptyState, Loaded, Loading } from '../../components/states.tsx'
import { deviceWords } from '../../components/targets.ts'
import { Digest, None, Time, Version } from '../../components/values.tsx'
import { canStart, useDeploymentActions } from './deployment-actions.tsx'
import css from './deployments.module.css'
import { DriftCard, FiringAlerts } from './drift-card.tsx'
import { namedCurl, openInferenceCurl } from './endpoint-snippets.ts'
import { FailureNotice, fellBack } from './health.tsx'
import { HostingButton, PolicyCard } from './policy-card.tsx'
import { deploymentsQuery } from './query.ts'
import { ShadowCards } from './shadow-card.tsx'
import { TransitionsCard, WhichCard } from './transitions-card.tsx'
import { TuneButton } from './tune-button.tsx'
import { VersionsCard } from './versions-card.tsx'

const route = getRouteApi('/deployments/$endpoint')
/** The library for charts is loaded after the page is there. */
const LiveCharts = lazy(async () => ({ default: (await import('./live-charts.tsx')).LiveCharts }))

export function DeploymentPage() {
  const { endpoint } = route.useParams()
  const list = useQuery(deploymentsQuery())
  return (
    <Page>
      {list.data === undefined && <PageHeader title={endpoint} />}
      <Loaded query={list} what="the deployment">
        {(rows) => {
          const row = rows.find((one) => one.endpoint === endpoint)
          return row ? <Deployment row={row} /> : <Gone endpoint={endpoint} />
        }}
      </Loaded>
    </Page>
  )
}

function Gone({ endpoint }: { endpoint: string }) {
  return (
    <>
      <PageHeader title={endpoint} />
      <Card>
        <EmptyState
          title={`No deployment answers as ${endpoint}`}
          actions={<LinkButton to="/deployments">All deployments</LinkButton>}
        >
          It was undeployed, or never was.
        </EmptyState>
      </Card>
    </>
  )
}

function Deployment({ row }: { row: DeploymentRow }) {
  const navigate = route.useNavigate()
  const actions = useDeploymentActions({ onRemoved: () => void navigate({ to: '/deployments' }) })
  return (
    <>
      <PageHeader
        title={row.endpoint}
        address={row.url}
        chips={
          <>
            <EndpointState row={row} />
            {fellBack(row) && (
              <Chip tone="warn">Runs on {deviceWords(row.executionProvider.used ?? '')}</Chip>
            )}
          </>
        }
        actions={
          <>
            <LinkButton to="/playground" search={{ model: row.model, version: row.version }}>
              Try {versionCore(row.version)}
            </LinkButton>
            {canStart(row) ? (
              <Button variant="filled" loading={actions.starting} onClick={() => actions.start(row)}>
                Start {versionCore(row.version)}
              </Button>
            ) : (
              <Button onClick={() => actions.stop(row)}>Stop {versionCore(row.version)}</Button>
            )}
            <Button color="bad" onClick={() => actions.undeploy(row)}>
              Undeploy
            </Button>
          </>
        }
      />
      <VersionLicense model={row.model} version={row.version} only="gravest" />
      <FailureNotice row={row} />
      <FiringAlerts row={row} />
      <VersionLicense model={row.model} version={row.version} only="rest" />
      <Figures row={row} />
      <VersionsCard row={row} />
      <Suspense fallback={<Loading what="the charts" />}>
        <LiveCharts key={row.endpoint} row={row} />
      </Suspense>
      <ShadowCards row={row} />
      <PolicyCard row={row} />
      <Columns sides="even">
        <Calls row={row} />
        <Card
          title="Deployment"
          actions={
            <>
              <TuneButton row={row} />
              <HostingButton row={row} />
            </>
          }
        >
          <Facts
            items={[
              ['Model', row.model],
              ['Version', <Version key="version" name={row.version} />],
              ['Digest', <Digest key="digest" value={row.digest} />],
              ['Device asked for', deviceWords(row.executionProvider.requested)],
              [
                'Device used',
                row.executionProvider.used === null ? (
                  <None key="used">not loaded</None>
                ) : (
                  deviceWords(row.executionProvider.used)
                ),
              ],
              [
                'Loaded in',
                row.loadMs === null ? <None key="load">not loaded</None> : formatDuration(row.loadMs),
              ],
              [
                'Memory',
                row.bytesLoaded === null ? <None key="bytes">not loaded</None> : formatBytes(row.bytesLoaded),
              ],
              ['Copies in memory', row.hosting?.replicas ?? <None key="copies">not loaded</None>],
              ['Operator threads', threadsText(row) ?? <None key="threads">not loaded</None>],
              [
                'Started',
                row.startedAt === null ? (
                  <None key="started">not running</None>
                ) : (
                  <Time key="started" at={row.startedAt} />
                ),
              ],
            ]}
          />
        </Card>
      </Columns>
      <DriftCard row={row} />
      <WhichCard row={row} />
      <TransitionsCard row={row} />
      {actions.dialog}
    </>
  )
}

/** The number, and how it was come by. */
function threadsText({ hosting, settings }: DeploymentRow): string | null {
  if (!hosting || hosting.intraOpThreads === 0) return null
  const spinning = hosting.spinning ? ', spinning' : ''
  if (settings.intraOpThreads !== null) return `${hosting.intraOpThreads}, as set${spinning}`
  const measured =
    hosting.tunedP99Ms === null ? '' : `, measured: p99 ${formatNumber(hosting.tunedP99Ms, 3)} ms`
  return `${hosting.intraOpThreads}${measured}${spinning}`
}

function Figures({ row }: { row: DeploymentRow }) {
  const counted = row.countedSince
  const share = row.requestsTotal === 0 ? 0 : row.failuresTotal / row.requestsTotal
  const several = row.targets.filter(({ role, requestsTotal }) => role !== 'shadow' && requestsTotal > 0)
  const whose = several.length > 1 ? { note: 'all versions' } : {}
  const figures: { label: string; value: string; note?: ReactNode }[] = [
    {
      label: 'Requests',
      value: counted === null ? '–' : formatNumber(row.requestsTotal),
      note: counted === null ? 'not running' : <Time at={counted} as="since" />,
    },
    {
      label: 'Errors',
      value: counted === null ? '–' : formatNumber(row.failuresTotal),
      ...(counted === null ? {} : { note: formatShare(share, 2) }),
    },
    {
      label: 'Refused',
      value: counted === null ? '–' : formatNumber(row.refusalsTotal),
      ...(row.refusalsTotal > 0 && { note: formatShare(row.refusalsTotal / row.requestsTotal, 2) }),
    },
    { label: 'p50 ms', value: row.latencyMsP50 === null ? '–' : formatNumber(row.latencyMsP50, 2), ...whose },
    { label: 'p95 ms', value: row.latencyMsP95 === null ? '–' : formatNumber(row.latencyMsP95, 2), ...whose },
    { label: 'p99 ms', value: row.latencyMsP99 === null ? '–' : formatNumber(row.latencyMsP99, 2), ...whose },
    { label: 'Waiting', value: formatNumber(row.queueLength) },
  ]
  return (
    <Card>
      <dl className={css.figures}>
        {figures.map(({ label, value, note }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {value} {note !== undefined && <small>{note}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

function Calls({ row }: { row: DeploymentRow }) {
  const input = { model: row.model, version: row.version }
  const tensors = useQuery(
    orpc.playground.interface.queryOptions({ input, staleTime: Number.POSITIVE_INFINITY }),
  )
  const detail = useQuery(orpc.models.version.queryOptions({ input, staleTime: Number.POSITIVE_INFINITY }))
  const specs = tensors.data?.inputs ?? detail.data?.graph?.inputs
  return (
    <Card
      title="Call it"
      note="with a key that has the scope infer"
      actions={
        <LinkButton to="/settings/$section" params={{ section: 'keys' }}>
          Create a key
        </LinkButton>
      }
    >
      {specs === undefined ? (
        <Loading what="the inputs of the model" />
      ) : (
        <Stack>
          <div>
            <p className={css.caption}>Open Inference Protocol v2</p>
            <CodeBlock text={openInferenceCurl(row, specs)} label="Request by Open Inference Protocol v2" />
          </div>
          <div>
            <p className={css.caption}>
              By the names of the inputs
              {row.endpoint !== row.model && `, of version ${row.version} alone, past the shares`}
            </p>
            <CodeBlock
              text={namedCurl(row, detail.data?.descriptor.inputs ?? [], specs)}
              label="Request by /v1"
            />
          </div>
        </Stack>
      )}
    </Card>
  )
}
