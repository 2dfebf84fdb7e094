/** How an endpoint is hosted: device, threads, batches, queue, copies, time in memory. What serves goes on until it is changed. */
import { Modal, NumberInput, SimpleGrid, Switch, TagsInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type HostingSettings, hostingInput } from '../../../src-main/contract/hosting.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { type Device, DeviceSelect } from './device-select.tsx'
import { fieldErrors } from './field-errors.ts'

type NumberName = {
  [Name in keyof HostingSettings]-?: HostingSettings[Name] extends number | null ? Name : never
}[keyof HostingSettings]

interface NumberField {
  name: NumberName
  label: string
  hint: string
  /** What an empty field means; a field without it must be filled. */
  empty?: string
}

const fields: readonly NumberField[] = [
  { name: 'intraOpThreads', label: 'Operator threads', hint: 'Empty: as measured best', empty: 'Measured' },
  { name: 'maxBatchSize', label: 'Largest batch, rows', hint: 'Waiting requests are merged up to it' },
  { name: 'maxQueueDelayUs', label: 'Hold back, µs', hint: 'For a fuller batch; 0 never does' },
  { name: 'queueRequestsMax', label: 'Queue, requests', hint: 'The next is refused with 503' },
  { name: 'defaultTimeoutUs', label: 'Longest wait, µs', hint: '0: as long as it takes' },
  { name: 'priorityLevels', label: 'Priority levels', hint: '1 is the highest, the middle the default' },
  { name: 'replicasMin', label: 'Copies at least', hint: '0 loads it with the first request' },
  { name: 'replicasMax', label: 'Copies at most', hint: 'Added while requests queue up' },
  { name: 'p99TargetMs', label: 'Target p99, ms', hint: 'What would wait longer is refused', empty: 'None' },
  { name: 'idleSecondsMax', label: 'Unload when idle, s', hint: 'Empty: stays in memory', empty: 'Never' },
]

type Draft = Record<NumberName, number | string> & {
  executionProvider: Device
  pinned: boolean
  spinning: boolean
  preferred: string[]
}

const draftOf = (settings: HostingSettings): Draft => ({
  ...(Object.fromEntries(fields.map(({ name }) => [name, settings[name] ?? ''])) as Record<
    NumberName,
    number | string
  >),
  executionProvider: settings.executionProvider,
  pinned: settings.pinned,
  spinning: settings.spinning ?? false,
  preferred: settings.preferredBatchSizes.map(String),
})

const changesOf = (draft: Draft, before: HostingSettings) =>
  hostingInput.safeParse({
    ...Object.fromEntries(
      fields.map(({ name, empty }) => [name, draft[name] === '' && empty !== undefined ? null : draft[name]]),
    ),
    executionProvider: draft.executionProvider,
    pinned: draft.pinned,
    spinning: before.spinning === null && !draft.spinning ? null : draft.spinning,
    preferredBatchSizes: draft.preferred.map(Number),
  })

export function HostingDialog({ row, onClose }: { row: DeploymentRow; onClose: () => void }) {
  useFocusBack()
  const cache = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(row.settings))
  const parsed = changesOf(draft, row.settings)
  const errors = fieldErrors(parsed)
  const preferred = [...errors].find(([path]) => path.startsWith('preferredBatchSizes'))?.[1]
  const save = useMutation({
    mutationFn: () => client.deployments.setHosting({ endpoint: row.endpoint, settings: parsed.data ?? {} }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: orpc.deployments.key() })
      reportDone(`${row.endpoint} is hosted as set`, 'No request was lost on the way.')
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} size={760} title={`Hosting of ${row.endpoint}`}>
      <DialogForm
        act={save}
        action="Apply the settings"
        failed="The settings were not changed."
        blocked={!parsed.success}
        onCancel={onClose}
      >
        <DeviceSelect
          value={draft.executionProvider}
          onChange={(executionProvider) => setDraft({ ...draft, executionProvider })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing={12}>
          {fields.map(({ name, label, hint, empty }) => (
            <NumberInput
              key={name}
              label={label}
              description={hint}
              placeholder={empty ?? ''}
              value={draft[name]}
              error={errors.get(name)}
              thousandSeparator=" "
              onChange={(value) => setDraft({ ...draft, [name]: value })}
            />
          ))}
          <TagsInput
            label="Preferred batch sizes"
            description="The largest goes at once; Enter adds one"
            value={draft.preferred}
            error={preferred}
            onChange={(next) => setDraft({ ...draft, preferred: next })}
          />
        </SimpleGrid>
        <Switch
          label="Never unload it to make room for another"
          checked={draft.pinned}
          onChange={(event) => setDraft({ ...draft, pinned: event.currentTarget.checked })}
        />
        <Switch
          label="Let idle operator threads spin, which burns a core"
          checked={draft.spinning}
          onChange={(event) => setDraft({ ...draft, spinning: event.currentTarget.checked })}
        />
      </DialogForm>
    </Modal>
  )
}
