/** What can be done with one version besides trying and deploying it. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { versionCore } from '../../components/format.ts'
import { reportJob } from '../../components/report.tsx'
import { packageUrl } from '../../data/package-url.ts'
import { DeleteVersionDialog } from './delete-version-dialog.tsx'
import { DeprecateDialog } from './deprecate-dialog.tsx'
import { PinAliasDialog } from './pin-alias-dialog.tsx'

export function VersionMenu({ version }: { version: VersionDetail }) {
  const [dialog, setDialog] = useState<'pin' | 'deprecate' | 'delete' | null>(null)
  const close = () => setDialog(null)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button rightSection={<IconChevronDown size={14} />}>More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={packageUrl(version)} download>
            Download the package
          </Menu.Item>
          <Menu.Item onClick={() => setDialog('pin')}>Pin an alias</Menu.Item>
          <Menu.Item onClick={() => setDialog('deprecate')}>Deprecate</Menu.Item>
          <Menu.Item
            onClick={() =>
              void reportJob(`Verifying ${version.model}`, () =>
                client.models.verify({ model: version.model }),
              )
            }
          >
            Verify the stored files
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--bad)" onClick={() => setDialog('delete')}>
            Delete {versionCore(version.version)}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PinAliasDialog version={dialog === 'pin' ? version : null} onClose={close} />
      {dialog === 'deprecate' && <DeprecateDialog version={version} onClose={close} />}
      <DeleteVersionDialog version={dialog === 'delete' ? version : null} onClose={close} />
    </>
  )
}
