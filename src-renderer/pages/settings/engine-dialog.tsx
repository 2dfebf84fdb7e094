/** Asks where a remote engine is and what its model is called there; the token is kept sealed and never shown again. */
import { Button, Checkbox, Group, Modal, NumberInput, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { limits } from '../../../src-main/contract/limits.ts'
import { client } from '../../client.ts'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice } from '../../components/states.tsx'

const empty = { name: '', url: '', model: '', modelVersion: '', token: '' }
type Texts = typeof empty

export function EngineDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => Promise<void> }) {
  const [texts, setTexts] = useState(empty)
  const [timeoutMs, setTimeoutMs] = useState<number>(limits.remoteTimeoutMs)
  const [allowHttp, setAllowHttp] = useState(false)
  const wanted = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text.trim()]),
  ) as unknown as Texts
  const add = useMutation({
    mutationFn: () =>
      client.engines.add({
        ...wanted,
        modelVersion: wanted.modelVersion || null,
        token: wanted.token || null,
        timeoutMs,
        allowHttp,
      }),
    onSuccess: async (row) => {
      await onAdded()
      reportDone(`${row.name} is added`, 'Test says whether it is ready.')
      onClose()
    },
    gcTime: 0, // the token is in what was asked
  })
  const field = (name: keyof Texts) => ({
    value: texts[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget
      setTexts((before) => ({ ...before, [name]: value }))
    },
  })
  return (
    <Modal opened onClose={onClose} title="Add an engine" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            description="Lower case letters, digits and dashes; deployments and receipts say remote:NAME"
            data-autofocus
            {...field('name')}
          />
          <TextInput
            label="Address"
            description="Of the server, without /v2"
            placeholder="https://models.acme.example"
            {...field('url')}
          />
          <TextInput label="Model" description="As that server calls it" {...field('model')} />
          <TextInput
            label="Version"
            description="What the server chooses where it is left out"
            {...field('modelVersion')}
          />
          <PasswordInput
            label="Token"
            description="Sent as a bearer token; kept sealed and never shown again"
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
            {...field('token')}
          />
          <NumberInput
            label="Timeout in milliseconds"
            description="For one request, all tries together"
            min={50}
            max={600_000}
            value={timeoutMs}
            onChange={(value) => setTimeoutMs(Number(value))}
          />
          <Checkbox
            label="Allow plain HTTP beyond this machine and private networks"
            description="Inputs, answers and the token can be read on the way"
            checked={allowHttp}
            onChange={(event) => setAllowHttp(event.currentTarget.checked)}
          />
          {add.error && <ErrorNotice error={add.error} what="The engine was not added." />}
          <Group justify="flex-end" gap={12}>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              variant="filled"
              loading={add.isPending}
              disabled={wanted.name === '' || wanted.url === '' || wanted.model === ''}
            >
              Add the engine
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
