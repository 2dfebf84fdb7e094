/** Deletes a model version by version, the oldest first, so that a refusal leaves the newer ones. */
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { limits } from '../../../src-main/contract/limits.ts'
import type { ModelRow } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatBytes } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'

export function DeleteModelDialog({ model, onClose }: { model: ModelRow | null; onClose: () => void }) {
  const cache = useQueryClient()
  // Kept while the dialog closes, so that its words do not change on the way.
  const last = useRef(model)
  last.current = model ?? last.current
  const { id = '', title = '', versions = 0, endpoints = [] } = last.current ?? {}
  const isDeployed = endpoints.length > 0
  const remove = async () => {
    let freed = 0
    try {
      for (let left = versions; left > 0; left -= 1) {
        const { rows } = await client.models.versions({ model: id, limit: limits.pageRowsMax })
        const oldest = rows.at(-1)
        if (!oldest) break
        freed += (await client.models.remove({ model: id, version: oldest.version })).bytesFreed
      }
    } finally {
      await cache.invalidateQueries()
    }
    reportDone(`${title} was deleted`, `${formatBytes(freed)} are free again.`)
  }
  return (
    <ConfirmDialog
      opened={model !== null}
      onClose={onClose}
      title={`Delete ${title}`}
      action={`Delete ${title}`}
      unchanged="Versions that are still listed were not deleted."
      blocked={isDeployed}
      onConfirm={remove}
    >
      {isDeployed ? (
        <p>
          {title} answers requests as {endpoints.map(({ name }) => name).join(', ')}. Undeploy it first.
        </p>
      ) : (
        <p>
          {versions === 1 ? 'Its only version is' : `All ${versions} versions of it are`} deleted from this
          node. The log of its requests stays. To have it back, a package must be imported again.
        </p>
      )}
    </ConfirmDialog>
  )
}
