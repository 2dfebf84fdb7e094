/** One model: its card and figures, its versions, and what stands in the version that is chosen in the address. */
import { Select, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { versionCore } from '../../components/format.ts'
import { VersionLicense } from '../../components/license/banners.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { taskWords } from '../../components/model-words.ts'
import { Page, PageHeader } from '../../components/page.tsx'
import { Loaded, Loading } from '../../components/states.tsx'
import type { modelTabs } from '../../search.ts'
import style from './model.module.css'
import type { ModelDetail } from './model-detail.ts'
import { OverviewTab } from './overview-tab.tsx'
import { SchemaTab } from './schema-tab.tsx'
import { ValidationTab } from './validation-tab.tsx'
import { VersionActions } from './version-actions.tsx'
import { VersionMenu } from './version-menu.tsx'
import { DamagedModel, VersionNotices } from './version-notices.tsx'

// The table of many rows is a tenth of all code, and the overview shows none.
const VersionsTab = lazy(async () => ({ default: (await import('./versions-tab.tsx')).VersionsTab }))
const FilesTab = lazy(async () => ({ default: (await import('./files-tab.tsx')).FilesTab }))

const route = getRouteApi('/models/$model')

const tabs: readonly { tab: (typeof modelTabs)[number]; title: string }[] = [
  { tab: 'overview', title: 'Overview' },
  { tab: 'versions', title: 'Versions' },
  { tab: 'files', title: 'Files' },
  { tab: 'schema', title: 'Schema' },
  { tab: 'validation', title: 'Validation' },
]

export function ModelPage() {
  const { model: id } = route.useParams()
  const { tab = 'overview', version: chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const model = useQuery(orpc.models.get.queryOptions({ input: { model: id } }))
  const names = useQuery(
    orpc.models.versions.queryOptions({
      input: { model: id },
      select: ({ rows }) => rows.map(({ version }) => version),
    }),
  )
  const shown = chosen ?? model.data?.stable ?? model.data?.latest
  const name = shown && versionCore(shown)
  const version = useQuery(
    orpc.models.version.queryOptions({
      input: { model: id, version: shown ?? '' },
      enabled: shown !== undefined,
    }),
  )
  const choose = (next: string | null) =>
    void navigate({ search: (now) => ({ ...now, version: next ?? undefined }) })
  const openTab = (next: string | null) =>
    void navigate({ search: (now) => ({ ...now, tab: tabs.find((one) => one.tab === next)?.tab }) })
  const isTable = tab === 'versions' || tab === 'files'
  return (
    <Page fill={isTable}>
      {!model.data && <PageHeader title={id} />}
      <Loaded
        query={model}
        what={`the model ${id}`}
        lines={12}
        actions={
          <LinkButton to="/models" size="xs">
            All models
          </LinkButton>
        }
      >
        {(detail) => (
          <>
            <PageHeader
              title={detail.title}
              address={detail.id}
              note={detail.summary}
              chips={
                <>
                  {version.data && <StateChip stage={version.data.stage} />}
                  <Chip>{taskWords[detail.task]}</Chip>
                </>
              }
              actions={
                <>
                  <Select
                    aria-label="Version shown"
                    className={style.chosen}
                    data={[...new Set([...(names.data ?? []), ...(shown ? [shown] : [])])]}
                    value={version.data?.version ?? shown ?? null}
                    onChange={choose}
                    allowDeselect={false}
                    searchable
                  />
                  {version.data && <VersionMenu version={version.data} />}
                  <VersionActions model={id} version={shown} name={name} />
                </>
              }
            />
            {detail.intact === false && <DamagedModel />}
            {version.data && <VersionNotices version={version.data} />}
            {version.data && <VersionLicense model={id} version={version.data.version} />}
            <Tabs value={tab} onChange={openTab} keepMounted={false} className={style.tabs}>
              <Tabs.List aria-label={`Parts of ${detail.title}`}>
                {tabs.map(({ tab: value, title }) => (
                  <Tabs.Tab key={value} value={value}>
                    {title}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value={tab} className={style.panel}>
                <Suspense fallback={<Loading what={tab} />}>
                  {tab === 'versions' ? (
                    <VersionsTab
                      model={detail}
                      onChoose={(next) => void navigate({ search: { version: next } })}
                    />
                  ) : (
                    <Loaded query={version} what={`version ${shown ?? ''}`} lines={10}>
                      {(data) => <VersionPart tab={tab} model={detail} version={data} />}
                    </Loaded>
                  )}
                </Suspense>
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Loaded>
    </Page>
  )
}

interface VersionPartProps {
  tab: Exclude<(typeof modelTabs)[number], 'versions'>
  model: ModelDetail
  version: VersionDetail
}

function VersionPart({ tab, model, version }: VersionPartProps) {
  switch (tab) {
    case 'overview':
      return <OverviewTab model={model} version={version} />
    case 'files':
      return <FilesTab version={version} />
    case 'schema':
      return <SchemaTab version={version} />
    case 'validation':
      return <ValidationTab version={version} />
  }
}
