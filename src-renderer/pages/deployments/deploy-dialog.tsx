/** Asks which version is deployed, under which name and on which device, and shows a refusal where it was asked. */
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { versionCore } from '../../components/format.ts'
import { RefusalNotice, VersionLicense } from '../../components/license/banners.tsx'
import { leftInWords } from '../../components/license/license-words.ts'
import { useRight } from '../../components/license/right.ts'
import { ModelSelect } from '../../components/model-select.tsx'
import { reportDone } from '../../components/report.tsx'
import css from './deployments.module.css'
import { type Device, DeviceSelect } from './device-select.tsx'

type Props = {
  opened: boolean
  onClose: () => void
  /** What the address asked for. */
  model?: string | undefined
  version?: string | undefined
}

export function DeployDialog({ opened, onClose, ...asked }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} size={520} title="Deploy a version">
      <DeployForm {...asked} onClose={onClose} />
    </Modal>
  )
}

function DeployForm({ onClose, model: askedModel, version: askedVersion }: Omit<Props, 'opened'>) {
  const cache = useQueryClient()
  const [model, setModel] = useState<string | null>(askedModel ?? null)
  const [version, setVersion] = useState<string | null>(askedVersion ?? null)
  const [endpoint, setEndpoint] = useState('')
  const [device, setDevice] = useState<Device>('auto')
  const versions = useQuery({
    ...orpc.models.versions.queryOptions({ input: { model: model ?? '', limit: 500 } }),
    enabled: model !== null,
  })
  const rows = versions.data?.rows ?? []
  const chosen =
    version ?? rows.find(({ aliases }) => aliases.includes('stable'))?.version ?? rows[0]?.version ?? null
  const right = useRight(model, chosen)
  const left = right ? leftInWords(right) : null
  const deploy = useMutation({
    mutationFn: (input: { model: string; version: string }) =>
      client.deployments.deploy({
        ...input,
        executionProvider: device,
        ...(endpoint.trim() !== '' && { endpoint: endpoint.trim() }),
      }),
    onSuccess: (row) => {
      void cache.invalidateQueries({ queryKey: orpc.deployments.key() })
      reportDone(`${row.model} ${row.version} is deployed`, `It answers as ${row.endpoint}.`)
      onClose()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (model !== null && chosen !== null) deploy.mutate({ model, version: chosen })
      }}
    >
      <Stack gap="md">
        <ModelSelect
          first={!askedModel || !askedVersion}
          value={model}
          onChange={(next) => {
            setModel(next)
            setVersion(null)
          }}
        />
        <Select
          label="Version"
          data={rows.map((row) => ({
            value: row.version,
            label: [row.version, ...row.aliases].join(' · '),
          }))}
          value={chosen}
          onChange={setVersion}
          disabled={rows.length === 0}
          allowDeselect={false}
          error={versions.error ? 'The versions could not be loaded.' : null}
          description={left === null ? undefined : `License: ${left}.`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
        />
        <TextInput
          label="Endpoint"
          description="The name that consumers call. A version of the same model takes the place of the one that is there."
          placeholder={model ?? ''}
          value={endpoint}
          onChange={(event) => setEndpoint(event.currentTarget.value)}
        />
        <DeviceSelect value={device} onChange={setDevice} />
        {model !== null && chosen !== null && !deploy.error && (
          <VersionLicense model={model} version={chosen} />
        )}
        {deploy.error && (
          <RefusalNotice error={deploy.error} what="The version was not deployed." model={model} />
        )}
        <Group justify="flex-end" gap={12} className={css.footer}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            loading={deploy.isPending}
            disabled={model === null || chosen === null || right?.decision.allowed === false}
            // A button that rests takes no focus, and then nothing in the dialog would have it.
            data-autofocus={(askedModel && askedVersion) || undefined}
          >
            {chosen === null ? 'Deploy' : `Deploy ${versionCore(chosen)}`}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
