/** Servers elsewhere that run a model in the place of this machine: how each is, tested, changed and removed. */
import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RemoteReport, RemoteRow, RemoteTest } from '../../../src-main/contract/remote.ts'
import { client, orpc } from '../../client.ts'
import { Chip, type Tone } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, ErrorNotice, Loaded } from '../../components/states.tsx'
import { None } from '../../components/values.tsx'
import { EngineDialog } from './engine-dialog.tsx'

export function EnginesSection() {
  const cache = useQueryClient()
  const list = useQuery(orpc.engines.list.queryOptions({ refetchInterval: 5000 }))
  const [adding, setAdding] = useState(false)
  const [changing, setChanging] = useState<RemoteRow | null>(null)
  const [removing, setRemoving] = useState<RemoteRow | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.engines.key() })
  const test = useMutation({
    mutationFn: ({ name }: RemoteRow) => client.engines.test({ name }),
    onSuccess: (tested, { name }) => {
      if (!tested.failure) reportDone(`${name} is ready`, testWords(tested))
    },
    onSettled: refresh,
  })
  const problem = test.error ?? test.data?.failure
  const add = (variant: 'filled' | 'default') => (
    <Button variant={variant} onClick={() => setAdding(true)}>
      Add an engine
    </Button>
  )
  return (
    <Card
      title="Remote engines"
      note="Servers of the Open Inference Protocol v2 that a version can be deployed on."
      actions={add('filled')}
    >
      {problem && (
        <ErrorNotice
          error={problem}
          unchanged=""
          what={`${test.variables?.name ?? 'The engine'} is not ready.`}
        />
      )}
      <Loaded query={list} what="the remote engines">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="All models run on this machine" actions={add('default')}>
              An engine runs a model elsewhere; keys, routes, receipts and the record of calls stay here.
            </EmptyState>
          ) : (
            <EngineTable
              rows={rows}
              testing={test.isPending ? test.variables.name : null}
              onTest={test.mutate}
              onChange={setChanging}
              onRemove={setRemoving}
            />
          )
        }
      </Loaded>
      {adding && <EngineDialog engine={null} onClose={() => setAdding(false)} onDone={refresh} />}
      {changing && <EngineDialog engine={changing} onClose={() => setChanging(null)} onDone={refresh} />}
      {removing && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(null)}
          title={`Remove ${removing.name}`}
          action={`Remove ${removing.name}`}
          onConfirm={async () => {
            await client.engines.remove({ name: removing.name })
            await refresh()
            reportDone(`${removing.name} is removed`, removing.url)
          }}
        >
          <p>
            <b>{removing.url}</b> is asked no more, and its token is forgotten here.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

const testWords = ({ server, binary, latencyMs }: RemoteTest): string =>
  `${server?.name ?? 'The server'} answered in ${Math.round(latencyMs ?? 0)} ms and takes tensors as ${binary ? 'bytes' : 'JSON'}.`

interface EngineTableProps {
  rows: RemoteRow[]
  testing: string | null
  onTest: (row: RemoteRow) => void
  onChange: (row: RemoteRow) => void
  onRemove: (row: RemoteRow) => void
}

const EngineTable = ({ rows, testing, onTest, onChange, onRemove }: EngineTableProps) => (
  <PlainTable
    label="Remote engines"
    columns={[
      { title: 'Engine' },
      { title: 'Model there' },
      { title: 'State' },
      { title: 'Requests', align: 'end' },
      { title: 'Failed', align: 'end' },
      { title: 'Used by' },
      { title: 'Action', align: 'end' },
    ]}
    rows={rows.map((row) => ({
      key: row.id,
      cells: [
        <div key="name">
          <b>{row.name}</b>
          <br />
          <code>{row.url}</code>
        </div>,
        row.modelVersion === null ? row.model : `${row.model}, version ${row.modelVersion}`,
        <EngineState key="state" report={row.report} />,
        row.report === null ? <None key="requests" /> : formatNumber(row.report.requestsTotal),
        row.report === null ? <None key="failed" /> : formatNumber(row.report.failuresTotal),
        row.endpoints.length === 0 ? <None key="endpoints" /> : row.endpoints.join(', '),
        <Group key="actions" gap={8} justify="flex-end" wrap="nowrap">
          <Button
            size="xs"
            loading={testing === row.name}
            aria-label={`Test ${row.name}`}
            onClick={() => onTest(row)}
          >
            Test
          </Button>
          <Button size="xs" aria-label={`Change ${row.name}`} onClick={() => onChange(row)}>
            Change
          </Button>
          <Button size="xs" color="bad" aria-label={`Remove ${row.name}`} onClick={() => onRemove(row)}>
            Remove
          </Button>
        </Group>,
      ],
    }))}
  />
)

/** What a connection says of its end begins in lower case. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const healths: Record<RemoteReport['health'], [Tone, string]> = {
  unknown: ['neutral', 'Not asked yet'],
  ready: ['ok', 'Ready'],
  'not-ready': ['warn', 'Not ready'],
  unreachable: ['bad', 'Unreachable'],
}
const circuits: Record<RemoteReport['circuit'], [Tone, string]> = {
  closed: ['neutral', 'Circuit closed'],
  open: ['bad', 'Circuit open'],
  'half-open': ['warn', 'Circuit half open'],
}

function EngineState({ report }: { report: RemoteReport | null }) {
  if (report === null) return <Chip>Serving does not run</Chip>
  const [tone, word] = healths[report.health]
  const [circuitTone, circuitWord] = circuits[report.circuit]
  return (
    <div>
      <Group gap={4} wrap="nowrap">
        <Chip tone={tone} dot>
          {word}
        </Chip>
        <Chip tone={circuitTone}>{circuitWord}</Chip>
      </Group>
      {report.problem && sentence(report.problem)}
    </div>
  )
}
