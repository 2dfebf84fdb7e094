/** What must not be missed about a version: that it ends, or that its signature is in doubt. */
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { formatDate } from '../../components/format.ts'
import { Banner } from '../../components/page.tsx'

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
