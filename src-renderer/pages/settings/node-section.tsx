/** What this node is and where it answers; the serving process can be restarted from here. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { NodeStatus } from '../../../src-main/contract/api/system.ts'
import { client, orpc } from '../../client.ts'
import { Chip, type Tone } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatBytes, formatNumber, formatShare } from '../../components/format.ts'
import { Card, Facts } from '../../components/page.tsx'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import { Digest, None, Time } from '../../components/values.tsx'
import { statusQuery } from '../../data/node.ts'
import { ModelMemoryCard } from './model-memory-card.tsx'

const servingStates: Record<NodeStatus['serving']['state'], [Tone, string]> = {
  starting: ['info', 'Starting'],
  ready: ['ok', 'Serving'],
  restarting: ['warn', 'Restarting'],
  stopped: ['neutral', 'Stopped'],
  failed: ['bad', 'Failed'],
}

export function NodeSection() {
  const status = useQuery(statusQuery())
  return (
    <Loaded query={status} what="the state of the node">
      {(node) => (
        <>
          <Card title="This node">
            <Facts
              items={[
                ['Version', node.version],
                ['Runs as', node.host === 'desktop' ? 'Desktop app' : 'Server without a window'],
                ['Node id', <code key="id">{node.nodeId}</code>],
                ['Started', <Time key="started" at={node.startedAt} />],
                [
                  'Address of page and API',
                  node.controlUrl === null ? (
                    <None key="control">this window only</None>
                  ) : (
                    <Digest key="control" value={node.controlUrl} what="address" whole />
                  ),
                ],
                ['Data folder', <code key="folder">{node.dataDir}</code>],
              ]}
            />
          </Card>
          <Serving serving={node.serving} />
          <ModelMemoryCard />
        </>
      )}
    </Loaded>
  )
}

function Serving({ serving }: { serving: NodeStatus['serving'] }) {
  const cache = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [tone, word] = servingStates[serving.state]
  return (
    <Card
      title="Serving process"
      chips={
        <Chip tone={tone} dot>
          {word}
        </Chip>
      }
      actions={
        <Button color="bad" onClick={() => setAsking(true)}>
          Restart serving
        </Button>
      }
    >
      {serving.failure && (
        <ErrorNotice
          error={serving.failure}
          what="The serving process does not run."
          unchanged="Nothing stored was changed."
        />
      )}
      <Facts
        items={[
          [
            'Address for programs',
            serving.url === null ? (
              <None key="url">not listening</None>
            ) : (
              <Digest key="url" value={serving.url} what="address" whole />
            ),
          ],
          [
            'Address for gRPC',
            serving.grpcAddress === null ? (
              <None key="grpc">not listening</None>
            ) : (
              <Digest key="grpc" value={serving.grpcAddress} what="address" whole />
            ),
          ],
          ['In this state', <Time key="since" at={serving.since} />],
          ['Processor', `${formatShare(serving.cpu, 0)} of one core`],
          ['Memory', `${formatBytes(serving.memoryBytes)}, of it models ${formatBytes(serving.modelBytes)}`],
          ['Waiting requests', formatNumber(serving.queueLength)],
          ['Restarts', formatNumber(serving.restarts)],
        ]}
      />
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title="Restart serving"
        action="Restart serving"
        onConfirm={async () => {
          await client.system.restartServing()
          await cache.invalidateQueries({ queryKey: orpc.system.key() })
          reportDone('The serving process restarts', 'Deployments are loaded again.')
        }}
      >
        <p>Requests that wait are answered first. Callers get 503 until the deployments are loaded again.</p>
      </ConfirmDialog>
    </Card>
  )
}
