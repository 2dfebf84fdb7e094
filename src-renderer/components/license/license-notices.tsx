/** Banners about licenses where they matter: of one version that is shown or served, and of the whole node. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import { LinkButton } from '../link-button.tsx'
import { Banner } from '../page.tsx'
import { type LicenseNotice, noticesOf, noticesOfAll } from './license-words.ts'

const everyMs = 15_000

function Notice({ notice }: { notice: LicenseNotice }) {
  return (
    <Banner
      tone={notice.tone}
      title={notice.title}
      actions={
        <LinkButton to="/licenses" search={{ model: notice.model }} size="xs">
          See the license
        </LinkButton>
      }
    >
      {notice.text}
    </Banner>
  )
}

/** Whether the version may be served here, and what of its license ends soon. */
export function VersionLicense({ model, version }: { model: string; version: string }) {
  const decided = useQuery(
    orpc.licenses.explain.queryOptions({ input: { model, version }, refetchInterval: everyMs, retry: false }),
  ).data
  const rows = useQuery(
    orpc.licenses.list.queryOptions({ input: { model }, refetchInterval: everyMs, retry: false }),
  ).data
  if (!decided || decided.own) return null
  const { decision } = decided
  if (!decision.allowed)
    return (
      <Banner
        tone="bad"
        title={decision.code === 'LIC_NONE' ? 'No license.' : 'The license does not allow serving.'}
        actions={
          <LinkButton to="/licenses" search={{ model, explain: version }} size="xs">
            {decision.code === 'LIC_NONE' ? 'Ask for a license' : 'See why'}
          </LinkButton>
        }
      >
        {decision.clause} {decision.evidence} {decision.remedy} <code>{decision.code}</code>
      </Banner>
    )
  const row = rows?.find(
    ({ lid, state }) => lid === decision.lid && (state === 'active' || state === 'grace'),
  )
  return row ? noticesOf(row).map((notice) => <Notice key={notice.kind} notice={notice} />) : null
}

const shownMax = 3

/** What of all licenses needs someone, the gravest first. */
export function NodeLicenses() {
  const rows = useQuery(orpc.licenses.list.queryOptions({ input: {}, retry: false })).data ?? []
  const notices = noticesOfAll(rows).filter(({ tone }) => tone !== 'info')
  const more = notices.length - shownMax
  return (
    <>
      {notices.slice(0, shownMax).map((notice) => (
        <Notice key={`${notice.lid} ${notice.kind}`} notice={notice} />
      ))}
      {more > 0 && (
        <Banner
          tone="warn"
          title={`${more} more.`}
          actions={
            <LinkButton to="/licenses" size="xs">
              All licenses
            </LinkButton>
          }
        >
          Other licenses need someone too.
        </Banner>
      )}
    </>
  )
}
