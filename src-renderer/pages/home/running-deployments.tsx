/** What answers requests now, the ones in trouble first. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { formatNumber } from '../../components/format.ts'
import { EndpointState } from '../../components/license/endpoint-state.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { RequestCount } from '../../components/request-count.tsx'
import { Loaded } from '../../components/states.tsx'
import { None, Version } from '../../components/values.tsx'
import style from './home.module.css'

const shown = 6
const urgency: Record<DeploymentRow['state'], number> = {
  failed: 0,
  'set-aside': 0,
  starting: 1,
  ready: 2,
  stopped: 3,
}

const urgencyOf = ({ state, deniedBy }: DeploymentRow): number =>
  urgency[state === 'ready' && deniedBy !== null ? 'failed' : state]

export function RunningDeployments({ hasModels }: { hasModels: boolean }) {
  const list = useQuery(orpc.deployments.list.queryOptions())
  return (
    <Card
      title="Deployments"
      actions={
        <LinkButton to="/deployments" size="xs">
          All deployments
        </LinkButton>
      }
    >
      <Loaded query={list} what="the deployments" lines={4}>
        {(deployments) =>
          deployments.length === 0 ? (
            <p className={style.muted}>
              Versions that answer requests are listed here.{' '}
              {hasModels ? (
                <Link to="/deployments" search={{ dialog: 'deploy' }}>
                  Deploy a version
                </Link>
              ) : (
                'Nothing can be deployed before a model is installed.'
              )}
            </p>
          ) : (
            <PlainTable
              label="Deployments"
              columns={[
                { title: 'Endpoint', width: '60%' },
                { title: 'Version' },
                { title: 'State' },
                { title: 'Requests', align: 'end' },
                { title: 'Failed', align: 'end' },
                { title: 'p95 ms', align: 'end' },
                { title: 'Queue', align: 'end' },
              ]}
              rows={deployments
                .toSorted((a, b) => urgencyOf(a) - urgencyOf(b) || a.endpoint.localeCompare(b.endpoint))
                .slice(0, shown)
                .map((row) => ({
                  key: row.id,
                  cells: [
                    <Link
                      key="endpoint"
                      to="/deployments/$endpoint"
                      params={{ endpoint: row.endpoint }}
                      title={row.endpoint}
                    >
                      {row.endpoint}
                    </Link>,
                    <Version key="version" name={row.version} short />,
                    <EndpointState key="state" row={row} />,
                    <RequestCount key="requests" row={row} />,
                    row.countedSince === null ? (
                      <None key="failed">not running</None>
                    ) : (
                      formatNumber(row.failuresTotal)
                    ),
                    row.latencyMsP95 === null ? (
                      <None key="none">no requests yet</None>
                    ) : (
                      formatNumber(row.latencyMsP95, 2)
                    ),
                    formatNumber(row.queueLength),
                  ],
                }))}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
