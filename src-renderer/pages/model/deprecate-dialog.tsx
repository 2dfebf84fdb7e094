/** Says that a version is on its way out: until when it answers and what to use instead; or takes that back. */
import { Button, Select, Stack, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answeredBy } from '../../../src-main/contract/traffic-words.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { versionCore } from '../../components/format.ts'
import { reportDone, reportFailure } from '../../components/report.tsx'

export function DeprecateDialog({ version, onClose }: { version: VersionDetail; onClose: () => void }) {
  const { model, version: name } = version
  const cache = useQueryClient()
  const [sunset, setSunset] = useState(version.sunsetAt?.slice(0, 10) ?? '')
  const [replacement, setReplacement] = useState<string | null>(version.replacement)
  const versions = useQuery(orpc.models.versions.queryOptions({ input: { model, limit: 500 } }))
  const others = (versions.data?.rows ?? []).filter((one) => one.version !== name)
  const deployments = useQuery(orpc.deployments.list.queryOptions()).data
  const answers = answeredBy(deployments ?? [], model, name)
  const deprecate = async () => {
    const sunsetAt = sunset === '' ? null : new Date(`${sunset}T00:00:00.000Z`).toISOString()
    await client.models.deprecate({ model, version: name, deprecation: { sunsetAt, replacement } })
    await cache.invalidateQueries()
    reportDone(`${name} is deprecated`, 'Each of its answers says so.')
  }
  const takeBack = async () => {
    try {
      await client.models.deprecate({ model, version: name, deprecation: null })
      await cache.invalidateQueries()
      reportDone(`${name} is not deprecated any more`)
      onClose()
    } catch (error) {
      reportFailure(`${name} stays deprecated`, error)
    }
  }
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Deprecate ${versionCore(name)}`}
      action={`Deprecate ${versionCore(name)}`}
      onConfirm={deprecate}
    >
      <Stack gap="md">
        <p>
          Consumers of {model} {name} are told with each answer. From the sunset date on they get 410 and the
          name of the replacement.
        </p>
        {answers !== null && <p role="note">{answers}</p>}
        <TextInput
          type="date"
          label="Sunset date"
          description="UTC; without one it answers for as long as it is deployed"
          value={sunset}
          onChange={(event) => setSunset(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label="Replacement"
          placeholder={others.length === 0 ? 'No other version is installed' : 'None'}
          data={others.map((one) => one.version)}
          value={replacement}
          onChange={setReplacement}
          disabled={others.length === 0}
          clearable
          clearButtonProps={{ 'aria-label': 'No replacement' }}
        />
        {version.deprecatedAt !== null && (
          <div>
            <Button size="xs" onClick={() => void takeBack()}>
              Take the deprecation back
            </Button>
          </div>
        )}
      </Stack>
    </ConfirmDialog>
  )
}
