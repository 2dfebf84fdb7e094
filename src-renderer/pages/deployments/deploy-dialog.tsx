/** Asks which version is deployed, under which name and on which device, and shows a refusal where it was asked. */
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RemoteProvider } from '../../../src-main/contract/names.ts'
import { client, orpc } from '../../client.ts'
import { versionCore } from '../../components/format.ts'
import { ModelSelect } from '../../components/model-select.tsx'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice } from '../../components/states.tsx'

const providers = [
  { value: 'auto', label: 'Automatic: the fastest that is here' },
  { value: 'cpu', label: 'CPU' },
  { value: 'cuda', label: 'CUDA' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'directml', label: 'DirectML' },
  { value: 'coreml', label: 'Core ML' },
] as const
type Provider = (typeof providers)[number]['value'] | RemoteProvider

const engineChoice = ({ name }: { name: string }) => ({
  value: `remote:${name}` as const,
  label: `Remote engine ${name}`,
})

type Props = {
  opened: boolean
  onClose: () => void
  /** What the address asked for. */
  model?: string | undefined
  version?: string | undefined
}

export function DeployDialog({ opened, onClose, ...asked }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Deploy a version"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <DeployForm {...asked} onClose={onClose} />
    </Modal>
  )
}

function DeployForm({ onClose, model: askedModel, version: askedVersion }: Omit<Props, 'opened'>) {
  const cache = useQueryClient()
  const [model, setModel] = useState<string | null>(askedModel ?? null)
  const [version, setVersion] = useState<string | null>(askedVersion ?? null)
  const [endpoint, setEndpoint] = useState('')
  const [provider, setProvider] = useState<Provider>('auto')
  const versions = useQuery({
    ...orpc.models.versions.queryOptions({ input: { model: model ?? '', limit: 500 } }),
    enabled: model !== null,
  })
  const engines = useQuery(orpc.engines.list.queryOptions())
  const rows = versions.data?.rows ?? []
  const chosen =
    version ?? rows.find(({ aliases }) => aliases.includes('stable'))?.version ?? rows[0]?.version ?? null
  const deploy = useMutation({
    mutationFn: (input: { model: string; version: string }) =>
      client.deployments.deploy({
        ...input,
        executionProvider: provider,
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
        />
        <TextInput
          label="Endpoint"
          description="The name that consumers call. A version of the same model takes the place of the one that is there."
          placeholder={model ?? ''}
          value={endpoint}
          onChange={(event) => setEndpoint(event.currentTarget.value)}
        />
        <Select
          label="Device"
          description="What is missing here falls back to the CPU, and the deployment says so."
          data={[...providers, ...(engines.data ?? []).map(engineChoice)]}
          value={provider}
          onChange={(next) => next !== null && setProvider(next)}
          allowDeselect={false}
        />
        {deploy.error && <ErrorNotice error={deploy.error} what="The version was not deployed." />}
        <Group justify="flex-end" gap={12}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            loading={deploy.isPending}
            disabled={model === null || chosen === null}
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
