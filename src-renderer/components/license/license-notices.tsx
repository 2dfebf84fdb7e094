/** Banners about licenses where they matter: of one version that is shown or served, and of the whole node. */
import { useQueries, useQuery } from '@tanstack/react-query'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { LinkButton } from '../link-button.tsx'
import { Banner } from '../page.tsx'
import { inScreenWords, isPermitting, type LicenseNotice, noticesOf, noticesOfAll } from './license-words.ts'

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

interface VersionLicenseProps {
  model: string
  version: string
  /** The gravest alone, or all but those: where other banners stand between. Or only that it may not be served. */
  only?: 'gravest' | 'rest' | 'denial'
}

/** Whether the version may be served here, and what of its license ends soon. */
export function VersionLicense({ model, version, only }: VersionLicenseProps) {
  const decided = useQuery(
    orpc.licenses.explain.queryOptions({ input: { model, version }, refetchInterval: everyMs, retry: false }),
  ).data
  const rows = useQuery(
    orpc.licenses.list.queryOptions({ input: { model }, refetchInterval: everyMs, retry: false }),
  ).data
  if (!decided || decided.own) return null
  const { decision } = decided
  if (!decision.allowed)
    return only === 'rest' ? null : (
      <Banner
        tone="bad"
        title={decision.code === 'LIC_NONE' ? 'No license.' : 'The license does not allow serving.'}
        actions={
          <LinkButton to="/licenses" search={{ model, explain: `${model}@${version}` }} size="xs">
            {decision.code === 'LIC_NONE' ? 'Ask for a license' : 'See why'}
          </LinkButton>
        }
      >
        {inScreenWords(`${decision.clause} ${decision.evidence} ${decision.remedy}`)}{' '}
        <code>{decision.code}</code>
      </Banner>
    )
  if (only === 'denial') return null
  const row = rows?.find((one) => one.lid === decision.lid && isPermitting(one))
  const notices = row
    ? noticesOf(row).filter(({ tone }) => !only || (tone === 'bad') === (only === 'gravest'))
    : []
  return (
    <>
      {only !== 'rest' && <CountingStopped />}
      {notices.map((notice) => (
        <Notice key={notice.kind} notice={notice} />
      ))}
    </>
  )
}

/** Of the whole node: banners beyond these would push the page away. */
const shownMax = 3
/** Versions asked about: one question each. */
const askedMax = 24

interface LostLicensesProps {
  rows: readonly DeploymentRow[]
  /** Where used-up quotas are told by another banner. */
  withoutQuotas?: boolean
}

/** Endpoints whose running version may not be served any more, or answers nothing until its quota is filled again. */
export function LostLicenses({ rows, withoutQuotas = false }: LostLicensesProps) {
  const served = new Map(
    rows.filter(({ state }) => state !== 'stopped').map((row) => [`${row.model} ${row.version}`, row]),
  )
  const asked = [...served.values()].slice(0, askedMax)
  const decided = useQueries({
    queries: asked.map(({ model, version }) =>
      orpc.licenses.explain.queryOptions({ input: { model, version }, staleTime: everyMs, retry: false }),
    ),
  })
  const licenses = useQuery(
    orpc.licenses.list.queryOptions({ input: {}, refetchInterval: everyMs, retry: false }),
  ).data
  const lost = asked.flatMap(({ endpoint }, at) => {
    const decision = decided[at]?.data?.decision
    return decision && !decision.allowed ? [{ endpoint, decision }] : []
  })
  const usedUp = asked.flatMap(({ endpoint }, at) => {
    const decision = decided[at]?.data?.decision
    const row = decision?.allowed ? licenses?.find(({ lid }) => lid === decision.lid) : undefined
    const notice = row && noticesOf(row).find(({ kind, tone }) => kind === 'quota' && tone === 'bad')
    return notice ? [{ endpoint, notice }] : []
  })
  return (
    <>
      {lost.slice(0, shownMax).map(({ endpoint, decision }) => (
        <Banner
          key={endpoint}
          tone="bad"
          title={
            decision.lid === null
              ? `${endpoint} has no license to answer.`
              : `${endpoint} does not answer: its license refuses.`
          }
          actions={
            <LinkButton to="/deployments/$endpoint" params={{ endpoint }} size="xs">
              Open {endpoint}
            </LinkButton>
          }
        >
          {inScreenWords(`${decision.clause} ${decision.remedy}`)} <code>{decision.code}</code>
        </Banner>
      ))}
      <More
        count={lost.length - shownMax}
        one="endpoint is refused by its license, or has none"
        several="endpoints are refused by their licenses, or have none"
      />
      {(withoutQuotas ? [] : usedUp).slice(0, shownMax).map(({ endpoint, notice }) => (
        <Banner
          key={endpoint}
          tone="bad"
          title={`${endpoint}: ${notice.title}`}
          actions={
            <LinkButton to="/deployments/$endpoint" params={{ endpoint }} size="xs">
              Open {endpoint}
            </LinkButton>
          }
        >
          {notice.text}
        </Banner>
      ))}
    </>
  )
}

const More = ({ count, one, several }: { count: number; one: string; several: string }) =>
  count > 0 && (
    <Banner
      tone="warn"
      title={`${count} more ${count === 1 ? one : several}.`}
      actions={
        <LinkButton to="/licenses" size="xs">
          All licenses
        </LinkButton>
      }
    />
  )

/** Where nothing is counted nothing licensed is answered, whatever the licenses say. */
export function CountingStopped() {
  const node = useQuery(orpc.licenses.node.queryOptions({ refetchInterval: everyMs, retry: false })).data
  if (!node?.ledger) return null
  const { message, hint, code } = node.ledger
  return (
    <Banner
      tone="bad"
      title="Nothing licensed is answered."
      actions={
        <LinkButton to="/licenses" search={{ tab: 'site' }} size="xs">
          See this site
        </LinkButton>
      }
    >
      {message} {hint} <code>{code}</code>
    </Banner>
  )
}

/** For Home: endpoints without a license, then what ends soon, is in grace, or is nearly used up. */
export function NodeLicenses() {
  const deployments = useQuery(orpc.deployments.list.queryOptions()).data ?? []
  const rows = useQuery(orpc.licenses.list.queryOptions({ input: {}, retry: false })).data ?? []
  const notices = noticesOfAll(rows).filter(({ kind }) => kind !== 'refused')
  return (
    <>
      <CountingStopped />
      <LostLicenses rows={deployments} withoutQuotas />
      {notices.slice(0, shownMax).map((notice) => (
        <Notice key={`${notice.lid} ${notice.kind}`} notice={notice} />
      ))}
      <More
        count={notices.length - shownMax}
        one="license ends soon or is nearly used up"
        several="licenses end soon or are nearly used up"
      />
    </>
  )
}
