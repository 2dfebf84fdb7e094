/** What the licenses will say at a date, after so many requests; nothing is changed by asking. */
import { Button, NumberInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { simulated } from '../../../src-main/contract/license/views.ts'
import { orpc } from '../../client.ts'
import { formatDate, formatNumber } from '../../components/format.ts'
import { Banner, Card, Stack } from '../../components/page.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { Decision } from './explain-drawer.tsx'
import css from './licenses.module.css'

const dayMs = 86_400_000
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

export function WhatIfTab() {
  const [day, setDay] = useState(() => dayOf(Date.now() + 30 * dayMs))
  const [requests, setRequests] = useState<number | string>(1000)
  const [asked, setAsked] = useState<{ at: string; requests: number } | null>(null)
  const query = useQuery(
    orpc.licenses.simulate.queryOptions({
      input: asked ?? { at: new Date().toISOString(), requests: 0 },
      enabled: asked !== null,
      retry: false,
    }),
  )
  return (
    <Stack>
      <Card title="What if" note="nothing is changed by asking">
        <form
          className={css.fields}
          onSubmit={(event) => {
            event.preventDefault()
            setAsked({ at: `${day}T00:00:00.000Z`, requests: Number(requests) || 0 })
          }}
        >
          <TextInput
            label="On the day"
            type="date"
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <NumberInput
            label="After so many more requests"
            min={0}
            max={1_000_000_000_000}
            allowDecimal={false}
            thousandSeparator=" "
            value={requests}
            onChange={setRequests}
          />
          <Button type="submit" variant="filled" disabled={day === ''}>
            Ask the licenses
          </Button>
        </form>
      </Card>
      {asked && (
        <Loaded query={query} what="the answer">
          {({ at, models }) =>
            models.length === 0 ? (
              <Card>
                <EmptyState title="No model here is under a license">Your own models need none.</EmptyState>
              </Card>
            ) : (
              models.map((one) => (
                <Card
                  key={`${one.model} ${one.version}`}
                  title={one.model}
                  note={`${one.version} on ${formatDate(at)}`}
                >
                  <Decision explanation={one} />
                  {one.quota && <Quota {...one.quota} />}
                </Card>
              ))
            )
          }
        </Loaded>
      )}
    </Stack>
  )
}

function Quota({ limit, after, refused }: NonNullable<z.infer<typeof simulated>['quota']>) {
  const sentence = `${formatNumber(after)} of ${formatNumber(limit)} requests of the month would be used.`
  if (refused === 0) return <p>{sentence}</p>
  return (
    <Banner tone="warn" title={`${formatNumber(refused)} refused.`}>
      {sentence}
    </Banner>
  )
}
