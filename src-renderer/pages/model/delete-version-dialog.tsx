/** Deletes one version that nothing uses. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatBytes, versionCore } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'

export function DeleteVersionDialog({
  version,
  onClose,
}: {
  version: VersionRow | null
  onClose: () => void
}) {
  const cache = useQueryClient()
  const navigate = useNavigate()
  // Kept while the dialog closes, so that its words do not change on the way.
  const last = useRef(version)
  last.current = version ?? last.current
  const { model = '', version: name = '', endpoints = [], aliases = [] } = last.current ?? {}
  const isDeployed = endpoints.length > 0
  const remove = async () => {
    const { bytesFreed } = await client.models.remove({ model, version: name })
    const { total } = await client.models.versions({ model, limit: 1 }).catch(() => ({ total: 0 }))
    await (total > 0
      ? navigate({ to: '/models/$model', params: { model }, search: { tab: 'versions' } })
      : navigate({ to: '/models' }))
    await cache.invalidateQueries()
    reportDone(`${model} ${name} was deleted`, `${formatBytes(bytesFreed)} are free again.`)
  }
  return (
    <ConfirmDialog
      opened={version !== null}
      onClose={onClose}
      title={`Delete ${versionCore(name)}`}
      action={`Delete ${versionCore(name)}`}
      blocked={isDeployed}
      onConfirm={remove}
    >
      {isDeployed ? (
        <p>
          {name} answers requests as {endpoints.map(({ name: endpoint }) => endpoint).join(', ')}. Undeploy it
          first.
        </p>
      ) : (
        <p>
          The files of {model} {name} are deleted from this node
          {aliases.length > 0 && `, and ${aliases.join(', ')} no longer name it`}. To have it back, its
          package must be imported again; nothing else can come under its number.
        </p>
      )}
    </ConfirmDialog>
  )
}
