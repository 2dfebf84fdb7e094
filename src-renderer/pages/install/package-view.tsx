/** What is in a package, told before it is installed: publisher and trust first, since that is what is decided on. */
import { Button, Checkbox, Tabs } from '@mantine/core'
import { useState } from 'react'
import { kindOfChange } from '../../../src-main/contract/kind-of-change.ts'
import type { PackageInspection } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { FileList } from '../../components/file-list.tsx'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { Markdown } from '../../components/markdown.tsx'
import { changeWords, taskWords } from '../../components/model-words.ts'
import { Facts, Stack } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { Digest } from '../../components/values.tsx'
import css from './install.module.css'
import { LicenseNeeded } from './license-needed.tsx'
import { Trust, trustOf } from './trust.tsx'

type Props = {
  inspection: PackageInspection
  pending: boolean
  error: unknown
  onInstall: (trust: string | null) => void
  onClose: () => void
}

export function PackageView({ inspection, pending, error, onInstall, onClose }: Props) {
  const { descriptor, publisher, artifacts, existing } = inspection
  const [, change] =
    changeWords[kindOfChange({ ...inspection, ...descriptor, changeType: descriptor.change.type })]
  const [trusted, setTrusted] = useState(false)
  const standing = trustOf(publisher, existing)
  const installable = standing.kind !== 'refused' && (standing.kind !== 'ask' || trusted)
  return (
    <Stack>
      <header className={css.head}>
        <h2>{descriptor.title}</h2>
        <p className={css.id}>
          {descriptor.id} <b>{descriptor.version}</b>
        </p>
        {descriptor.summary !== '' && <p>{descriptor.summary}</p>}
      </header>
      <Trust publisher={publisher} existing={existing} version={descriptor.version} />
      {standing.kind !== 'refused' && <LicenseNeeded inspection={inspection} onLeave={onClose} />}
      <Facts
        items={[
          [
            'Publisher',
            <span key="publisher">
              <b>{publisher.name}</b> {publisher.trust === 'trusted' && <Chip tone="ok">Trusted</Chip>}
            </span>,
          ],
          [
            'Key fingerprint',
            publisher.fingerprint === null ? (
              'no signature'
            ) : (
              <Digest key="fingerprint" value={publisher.fingerprint} what="fingerprint" whole />
            ),
          ],
          ['License', descriptor.license.spdx],
          ['Task', taskWords[descriptor.task]],
          ['Change', change],
          ['Release notes', descriptor.change.releaseNotes || 'no release notes'],
          ['Size', `${formatBytes(inspection.bytes)} in ${formatNumber(artifacts.length)} files`],
          ['Digest', <Digest key="digest" value={inspection.digest} />],
        ]}
      />
      <Tabs defaultValue="card" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="card">Card</Tabs.Tab>
          <Tabs.Tab value="files">Files</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="card" className={css.panel ?? ''}>
          {inspection.card.trim() === '' ? (
            <p className={css.muted}>The package has no card.</p>
          ) : (
            <Markdown text={inspection.card} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="files" className={css.panel ?? ''}>
          <FileList files={artifacts} />
        </Tabs.Panel>
      </Tabs>
      <footer className={css.footer}>
        {error !== null && <ErrorNotice error={error} what="The package was not installed." />}
        {standing.kind === 'ask' && (
          <Checkbox
            checked={trusted}
            onChange={(event) => setTrusted(event.currentTarget.checked)}
            label={`Trust the publisher ${publisher.name} with this key from now on`}
            description="Compare the fingerprint above with what the publisher told you in another way. Later packages with this key install without this question."
          />
        )}
        <div className={css.buttons}>
          <Button onClick={onClose}>
            {standing.kind === 'refused' || standing.kind === 'same' ? 'Close' : 'Do not install'}
          </Button>
          {standing.kind !== 'refused' && (
            <Button
              variant={standing.kind === 'same' ? 'default' : 'filled'}
              loading={pending}
              disabled={!installable}
              onClick={() => onInstall(standing.kind === 'ask' ? publisher.fingerprint : null)}
            >
              {standing.kind === 'same' ? 'Write its files again' : `Install ${descriptor.version}`}
            </Button>
          )}
        </div>
      </footer>
    </Stack>
  )
}
