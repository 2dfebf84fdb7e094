/** What must not be missed about a version: that it ends, that its signature is in doubt, that a file is damaged. */
import { Button } from '@mantine/core'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { formatDate } from '../../components/format.ts'
import { Banner } from '../../components/page.tsx'
import { usePanels } from '../../state/panels.ts'

/** What was found by hashing the stored files again; the job that did it lists them. */
export function DamagedModel() {
  const openInstall = usePanels((panels) => panels.openInstall)
  return (
    <Banner
      tone="bad"
      title="A stored file differs from its digest."
      actions={
        <Button size="xs" onClick={() => openInstall()}>
          Import its package
        </Button>
      }
    >
      Import the package of the damaged version again: that puts the right bytes back.
    </Banner>
  )
}

export function VersionNotices({ version }: { version: VersionDetail }) {
  const { deprecatedAt, sunsetAt, replacement, publisher } = version
  return (
    <>
      {deprecatedAt && (
        <Banner tone="warn" title="Deprecated.">
          {sunsetAt ? `${version.version} is supported until ${formatDate(sunsetAt)}.` : ''}
          {replacement ? ` Replacement: ${replacement}.` : ''}
        </Banner>
      )}
      {publisher.trust === 'mismatch' && (
        <Banner tone="bad" title="Signed with another key.">
          The key is not the one that is trusted for {publisher.name}.
        </Banner>
      )}
    </>
  )
}
