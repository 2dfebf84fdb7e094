/** The model card as its provider wrote it, beside who answers for it, its license, and its measured figures. */
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { Markdown } from '../../components/markdown.tsx'
import { taskWords, trustWords } from '../../components/model-words.ts'
import { Card, Columns, Facts, Stack } from '../../components/page.tsx'
import { Bytes, Digest, None, Time } from '../../components/values.tsx'
import { MetricsCard, SegmentsCard } from './metrics-card.tsx'
import style from './model.module.css'
import type { ModelDetail } from './model-detail.ts'
import { ProvenanceCard } from './provenance-card.tsx'
import { ReleaseCard } from './release-card.tsx'

const LicenseCard = lazy(async () => ({ default: (await import('./license-card.tsx')).LicenseCard }))

export function OverviewTab({ model, version }: { model: ModelDetail; version: VersionDetail }) {
  const { descriptor, publisher } = version
  const [tone, trust] = trustWords[publisher.trust]
  return (
    <Columns sides="main-aside">
      <Stack>
        <ReleaseCard version={version} />
        <Card title="Model card">
          {version.card.trim() ? (
            <Markdown text={version.card} />
          ) : (
            <p className={style.muted}>The package brings no model card.</p>
          )}
        </Card>
        <SegmentsCard evaluation={descriptor.evaluation} />
      </Stack>
      <Stack>
        <MetricsCard version={version} />
        <Card title="About">
          <Facts
            items={[
              [
                'Owner',
                <Owner key="owner" name={descriptor.owner.name} contact={descriptor.owner.contact} />,
              ],
              [
                'Publisher',
                <span key="publisher" className={style.inline}>
                  {publisher.name} <Chip tone={tone}>{trust}</Chip>
                </span>,
              ],
              ['License text', descriptor.license.spdx],
              ['Task', taskWords[descriptor.task]],
              [
                'Framework',
                [descriptor.framework.name, descriptor.framework.version].filter(Boolean).join(' '),
              ],
              ['Architecture', descriptor.architecture ?? <None key="none">not stated</None>],
              ['Tags', <Tags key="tags" tags={descriptor.tags} />],
              ['Size', <Bytes key="size" value={version.bytes} />],
              ['Digest', <Digest key="digest" value={version.digest} />],
              ['Registered', <Time key="registered" at={version.registeredAt} as="date" />],
              ...(version.claimedAt === null
                ? []
                : [
                    [
                      'Registered, says the caller',
                      <Time key="claimed" at={version.claimedAt} as="date" />,
                    ] as const,
                  ]),
              ['Stable', model.stable ?? <None key="none">no stable version</None>],
            ]}
          />
        </Card>
        {version.endpoints.length > 0 && (
          <Card title="Answers as">
            <ul className={style.plain}>
              {version.endpoints.map(({ name, state }) => (
                <li key={name} className={style.inline}>
                  <Link to="/deployments/$endpoint" params={{ endpoint: name }}>
                    {name}
                  </Link>
                  <StateChip deployment={state} />
                </li>
              ))}
            </ul>
          </Card>
        )}
        <ProvenanceCard descriptor={descriptor} />
        <Suspense fallback={<Card title="License" />}>
          <LicenseCard version={version} />
        </Suspense>
      </Stack>
    </Columns>
  )
}

function Owner({ name, contact }: { name: string; contact: string | undefined }) {
  return (
    <>
      {name}
      {contact && <span className={style.muted}> {contact}</span>}
    </>
  )
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return <None>no tags</None>
  return (
    <span className={style.tags}>
      {tags.map((tag) => (
        <Link key={tag} to="/models" search={{ tag }} className={style.tag}>
          {tag}
        </Link>
      ))}
    </span>
  )
}
