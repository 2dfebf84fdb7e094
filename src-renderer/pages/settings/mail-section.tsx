/** Mail: the server that sends it or none, who is told of licenses and quotas, and what went out. */
import { Button, Group, NumberInput, SimpleGrid, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MailRow, MailSettings } from '../../../src-main/contract/mail.ts'
import { client, orpc } from '../../client.ts'
import { Chip, type Tone } from '../../components/chip.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { EmptyState, ErrorNotice, Loaded } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'
import css from './settings.module.css'

export function MailSection() {
  const settings = useQuery(orpc.mail.settings.queryOptions())
  return (
    <>
      <Card title="Mail" note="Notices of licenses that end and quotas that are used up.">
        <Loaded query={settings} what="how mail is sent">
          {(found) => <MailForm key={JSON.stringify(found)} settings={found} />}
        </Loaded>
      </Card>
      <OutboxCard />
    </>
  )
}

interface Fields {
  recipients: string[]
  from: string
  hasServer: boolean
  host: string
  port: number | string
  tls: boolean
  user: string
  password: string
}

const fieldsOf = ({ server, from, recipients }: MailSettings): Fields => ({
  recipients,
  from,
  hasServer: server !== null,
  host: server?.host ?? '',
  port: server?.port ?? 587,
  tls: server?.tls ?? false,
  user: server?.user ?? '',
  password: '',
})

function MailForm({ settings }: { settings: MailSettings }) {
  const cache = useQueryClient()
  const [fields, setFields] = useState(() => fieldsOf(settings))
  const change = (part: Partial<Fields>) => setFields((before) => ({ ...before, ...part }))
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.mail.key() })
  const save = useMutation({
    mutationFn: () => {
      const { recipients, from, hasServer, host, port, tls, user, password } = fields
      const server = { host, port: Number(port), tls, user, ...(password !== '' && { password }) }
      return client.mail.set({ recipients, from, server: hasServer ? server : null })
    },
    onSuccess: async () => {
      await refresh()
      reportDone('Mail is set up', 'Send a test to see whether it arrives.')
    },
  })
  const test = useMutation({
    mutationFn: () => client.mail.test(),
    onSuccess: async ({ recipients }) => {
      await refresh()
      reportDone(
        'The test is on its way',
        `To ${recipients === 1 ? 'one address' : `${recipients} addresses`}; the list below says how it went.`,
      )
    },
  })
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="md">
        <TagsInput
          label="Who is told"
          description="Mail addresses; Enter adds one"
          value={fields.recipients}
          onChange={(recipients) => change({ recipients })}
          maxTags={20}
          clearable
        />
        <TextInput
          label="From"
          value={fields.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
          required
        />
        <Switch
          label="Send through a server"
          description="Without one each mail is saved as an .eml file in the folder “outbox” of the data folder, for you to send."
          checked={fields.hasServer}
          onChange={(event) => change({ hasServer: event.currentTarget.checked })}
        />
        {fields.hasServer && (
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput
              label="Server"
              placeholder="smtp.acme.example"
              value={fields.host}
              onChange={(event) => change({ host: event.currentTarget.value })}
              required
            />
            <NumberInput
              label="Port"
              value={fields.port}
              onChange={(port) => change({ port })}
              min={1}
              max={65_535}
              allowDecimal={false}
            />
            <TextInput
              label="User"
              description="Empty: none"
              value={fields.user}
              onChange={(event) => change({ user: event.currentTarget.value })}
            />
            <SecretInput
              label="Password"
              description={
                settings.server?.hasPassword
                  ? 'Kept; empty leaves it as it is'
                  : 'Kept sealed, and never shown again'
              }
              value={fields.password}
              onChange={(event) => change({ password: event.currentTarget.value })}
              autoComplete="new-password"
            />
            <Switch
              label="TLS from the first byte"
              description="Otherwise STARTTLS is insisted on"
              checked={fields.tls}
              onChange={(event) => change({ tls: event.currentTarget.checked })}
            />
          </SimpleGrid>
        )}
        {save.error && <ErrorNotice error={save.error} what="Nothing was changed." />}
        {test.error && <ErrorNotice error={test.error} what="No test was sent." />}
        <Group justify="flex-end" gap={12}>
          <Button
            onClick={() => test.mutate()}
            loading={test.isPending}
            disabled={settings.recipients.length === 0}
          >
            Send a test
          </Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const states: Record<MailRow['state'], [Tone, string]> = {
  waiting: ['info', 'Waiting'],
  sent: ['ok', 'Sent'],
  saved: ['neutral', 'Saved as a file'],
  failed: ['bad', 'Given up'],
}

function OutboxCard() {
  const list = useQuery(orpc.mail.list.queryOptions({ refetchInterval: 5000 }))
  return (
    <Card title="Outbox" note="the newest first">
      <Loaded query={list} what="the outbox">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="No mail was written yet">
              A notice stands here from when it is written until it is sent or saved.
            </EmptyState>
          ) : (
            <PlainTable
              label="Mails"
              columns={[
                { title: 'To' },
                { title: 'Subject' },
                { title: 'State' },
                { title: 'Written' },
                { title: 'Problem' },
              ]}
              rows={rows.map((row) => {
                const [tone, word] = states[row.state]
                return {
                  key: row.id,
                  cells: [
                    row.recipient,
                    row.subject,
                    <Chip key="state" tone={tone}>
                      {word}
                    </Chip>,
                    <Time key="at" at={row.createdAt} />,
                    row.problem === null ? (
                      <None key="problem">none</None>
                    ) : (
                      <span key="problem" className={css.problem}>
                        {row.problem}
                      </span>
                    ),
                  ],
                }
              })}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
