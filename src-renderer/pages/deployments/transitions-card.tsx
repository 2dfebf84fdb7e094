/** What the endpoint answered with, newest first, and the tester that says which version a key goes to. */
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { Chip, type Tone } from '../../components/chip.tsx'
import { Card, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'
import { changesQuery } from './query.ts'
import { strategyWords } from './strategy-words.ts'
import css from './traffic.module.css'

const tones: Record<string, Tone> = { complete: 'ok', rolled_back: 'bad', partial: 'warn', testing: 'info' }
const words: Record<string, string> = {
  planned: 'Planned',
  testing: 'Loading',
  partial: 'Partial',
  complete: 'Complete',
  rolled_back: 'Rolled back',
}

export function TransitionsCard({ row }: { row: DeploymentRow }) {
  const list = useQuery(changesQuery(row.endpoint))
  return (
    <Card title="Changes" note="newest first">
      <Loaded query={list} what="the changes">
        {(rows) => (
          <PlainTable
            label={`Changes of ${row.endpoint}`}
            columns={[
              { title: 'Began' },
              { title: 'Change' },
              { title: 'How' },
              { title: 'Status' },
              { title: 'By' },
              { title: 'Reason' },
            ]}
            rows={rows.slice(0, 20).map((one) => ({
              key: one.id,
              cells: [
                <Time key="at" at={one.startedAt} />,
                one.from === null ? one.to : `${one.from} → ${one.to}`,
                strategyWords[one.strategy],
                <Chip key="status" tone={tones[one.status] ?? 'neutral'}>
                  {words[one.status] ?? one.status}
                </Chip>,
                one.actor,
                one.reason ?? <None key="reason" />,
              ],
            }))}
          />
        )}
      </Loaded>
    </Card>
  )
}

export function WhichCard({ row }: { row: DeploymentRow }) {
  const [consumer, setConsumer] = useState('')
  const [session, setSession] = useState('')
  const ask = useMutation({
    mutationFn: () =>
      client.deployments.which({
        endpoint: row.endpoint,
        consumer: consumer.trim(),
        ...(session.trim() !== '' && { session: session.trim() }),
      }),
  })
  return (
    <Card title="Which version" note="would answer a key, by the rules that the node goes by">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <Stack>
          <div className={css.question}>
            <TextInput
              label="Key"
              description="The name of an API key"
              value={consumer}
              onChange={(event) => setConsumer(event.currentTarget.value)}
            />
            <TextInput
              label="Session"
              description="Of the header outpost-session"
              value={session}
              onChange={(event) => setSession(event.currentTarget.value)}
            />
            <Button type="submit" loading={ask.isPending} disabled={consumer.trim() === ''}>
              Ask the node
            </Button>
          </div>
          {ask.data && (
            <p role="status">
              <span className={css.answer}>{ask.data.version}</span> ({ask.data.role}), by {ask.data.rule}
              {ask.data.note !== null && (
                <>
                  <br />
                  {ask.data.note}
                </>
              )}
            </p>
          )}
          {ask.error && <ErrorNotice error={ask.error} what="The node could not say." />}
        </Stack>
      </form>
    </Card>
  )
}
