/** All versions of a model, newest first, each with what it changed and the identity of its bytes. */
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconDots, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { DataTable } from '../../components/table/data-table.tsx'
import { useWindowedRows } from '../../components/table/windowed.ts'
import { packageUrl } from '../../data/package-url.ts'
import { DeleteVersionDialog } from './delete-version-dialog.tsx'
import type { ModelDetail } from './model-detail.ts'
import { PinAliasDialog } from './pin-alias-dialog.tsx'
import { versionColumns } from './version-columns.tsx'

interface VersionsTabProps {
  model: ModelDetail
  onChoose: (version: string) => void
}

export function VersionsTab({ model, onChoose }: VersionsTabProps) {
  const [deleting, setDeleting] = useState<VersionRow | null>(null)
  const [pinning, setPinning] = useState<VersionRow | null>(null)
  const rows = useWindowedRows<VersionRow>({
    key: (window) => orpc.models.versions.queryKey({ input: { model: model.id, ...window } }),
    load: (window, signal) => client.models.versions({ model: model.id, ...window }, { signal }),
  })
  return (
    <Card flush>
      <DataTable
        id="versions"
        label="versions"
        columns={versionColumns}
        rows={rows}
        rowId={(row) => row.id}
        onOpen={(row) => onChoose(row.version)}
        actions={(row, tabIndex) => (
          <>
            <Tooltip label="Download the package">
              <ActionIcon
                component="a"
                href={packageUrl(row)}
                download
                tabIndex={tabIndex}
                aria-label={`Download the package of ${row.version}`}
              >
                <IconDownload size={16} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon tabIndex={tabIndex} aria-label={`More for ${row.version}`}>
                  <IconDots size={16} stroke={1.7} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setPinning(row)}>Pin an alias</Menu.Item>
                <Menu.Item color="var(--bad)" onClick={() => setDeleting(row)}>
                  Delete {row.version}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        )}
        empty={<EmptyState title="The versions of this model will be listed here" />}
      />
      <DeleteVersionDialog version={deleting} onClose={() => setDeleting(null)} />
      <PinAliasDialog version={pinning} onClose={() => setPinning(null)} />
    </Card>
  )
}
