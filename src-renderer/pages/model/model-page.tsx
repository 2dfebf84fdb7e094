/** One model: its card and figures, its versions, and what stands in the version that is chosen in the address. */
import { Button, Menu, Select, Tabs } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { formatDate } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { taskWords } from '../../components/model-words.ts'
import { Banner, Page, PageHeader } from '../../components/page.tsx'
import { reportJob } from '../../components/report.tsx'
import { Loaded } from '../../components/states.tsx'
import type { modelTabs } from '../../search.ts'
import { DeleteVersionDialog } from './delete-version-dialog.tsx'
import { FilesTab } from './files-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { packageUrl } from './package-url.ts'
import { PinAliasDialog } from './pin-alias-dialog.tsx'
import { SchemaTab } from './schema-tab.tsx'
import { ValidationTab } from './validation-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'

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
  const version = useQuery(
    orpc.models.version.queryOptions({
      input: { model: id, version: shown ?? '' },
      enabled: shown !== undefined,
    }),
  )
  const choose = (next: string | null) =>
    void navigate({ search: (now) => ({ ...now, version: next ?? undefined }) })
  const isTable = tab === 'versions' || tab === 'files'
  return (
    <Page fill={isTable}>
      <Loaded query={model} what={`the model ${id}`} lines={12}>
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
                  {detail.intact === false && <Chip tone="bad">Corrupt</Chip>}
                </>
              }
              actions={
                <>
                  <Select
                    aria-label="Version shown"
                    w={150}
                    data={[...new Set([...(names.data ?? []), ...(shown ? [shown] : [])])]}
                    value={version.data?.version ?? shown ?? null}
                    onChange={choose}
                    allowDeselect={false}
                    searchable
                  />
                  {version.data && <VersionMenu version={version.data} />}
                  <LinkButton to="/deployments" search={{ dialog: 'deploy', model: id, version: shown }}>
                    Deploy {shown}
                  </LinkButton>
                  <LinkButton to="/playground" search={{ model: id, version: shown }} variant="filled">
                    Try {shown}
                  </LinkButton>
                </>
              }
            />
            {version.data && <Notices version={version.data} />}
            <Tabs
              value={tab}
              onChange={(next) =>
                void navigate({
                  search: (now) => ({ ...now, tab: tabs.find((one) => one.tab === next)?.tab }),
                })
              }
              keepMounted={false}
            >
              <Tabs.List aria-label={`Parts of ${detail.title}`}>
                {tabs.map(({ tab: value, title }) => (
                  <Tabs.Tab key={value} value={value}>
                    {title}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            </Tabs>
            {tab === 'versions' ? (
              <VersionsTab model={detail} onChoose={(next) => void navigate({ search: { version: next } })} />
            ) : (
              <Loaded query={version} what={`version ${shown ?? ''}`} lines={10}>
                {(data) => (
                  <>
                    {tab === 'overview' && <OverviewTab model={detail} version={data} />}
                    {tab === 'files' && <FilesTab version={data} />}
                    {tab === 'schema' && <SchemaTab version={data} />}
                    {tab === 'validation' && <ValidationTab version={data} />}
                  </>
                )}
              </Loaded>
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function VersionMenu({ version }: { version: VersionDetail }) {
  const [dialog, setDialog] = useState<'pin' | 'delete' | null>(null)
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
            Delete {version.version}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PinAliasDialog version={dialog === 'pin' ? version : null} onClose={close} />
      <DeleteVersionDialog version={dialog === 'delete' ? version : null} onClose={close} />
    </>
  )
}

function Notices({ version }: { version: VersionDetail }) {
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
