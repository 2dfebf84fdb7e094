/** What other publishers allow here, what of it is used, and what to do where it ends or is refused. */
import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { CountingStopped } from '../../components/license/banners.tsx'
import { noticesOfAll } from '../../components/license/license-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Page, PageHeader } from '../../components/page.tsx'
import { Loading } from '../../components/states.tsx'
import type { LicensesSearch, licenseTabs } from '../../search.ts'
import { usePanels } from '../../state/panels.ts'
import { ExplainDrawer } from './explain-drawer.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { LicenseList } from './license-list.tsx'
import css from './licenses.module.css'
import { NoticesTab } from './notices-tab.tsx'
import { RefusalsTab } from './refusals-tab.tsx'
import { RequestDialog } from './request-dialog.tsx'
import { usePageDrop } from './use-page-drop.ts'

// Most who come here look at the licenses: what the other parts need is fetched with them.
const UsageTab = lazy(async () => ({ default: (await import('./usage-tab.tsx')).UsageTab }))
const WhatIfTab = lazy(async () => ({ default: (await import('./what-if-tab.tsx')).WhatIfTab }))
const SiteTab = lazy(async () => ({ default: (await import('./site-tab.tsx')).SiteTab }))

const route = getRouteApi('/licenses')

const tabs: readonly { tab: (typeof licenseTabs)[number]; title: string }[] = [
  { tab: 'licenses', title: 'Licenses' },
  { tab: 'usage', title: 'Usage' },
  { tab: 'refusals', title: 'Last refusals' },
  { tab: 'notices', title: 'Notices' },
  { tab: 'what-if', title: 'What if' },
  { tab: 'site', title: 'This site' },
]

export function LicensesPage() {
  const { tab = 'licenses', model, dialog, explain, month } = route.useSearch()
  const navigate = route.useNavigate()
  const go = (change: LicensesSearch) => void navigate({ search: (now) => ({ ...now, ...change }) })
  const [files, setFiles] = useState<readonly File[]>([])
  const openInstall = usePanels((panels) => panels.openInstall)
  const takeFiles = (dropped: readonly File[]) => {
    const packages = dropped.filter(({ name }) => name.endsWith('.outpost'))
    if (packages.length === dropped.length) return openInstall(packages)
    setFiles(dropped)
    go({ dialog: 'import' })
  }
  const over = usePageDrop(takeFiles)
  const list = useQuery(orpc.licenses.list.queryOptions({ input: {}, refetchInterval: 10_000 }))
  const urgent = noticesOfAll(list.data ?? []).filter(({ tone }) => tone === 'bad').length
  const close = () => {
    setFiles([])
    go({ dialog: undefined })
  }
  return (
    <Page>
      <div data-takes-files className={css.whole} data-over={over || undefined}>
        <PageHeader
          title="Licenses and usage"
          note="What publishers allow here, and what of it is used. Drop a license anywhere on the page."
          chips={
            urgent > 0 && (
              <Chip tone="bad">
                {urgent} {urgent === 1 ? 'needs' : 'need'} attention
              </Chip>
            )
          }
          actions={
            <>
              <LinkButton to="/help/licensing">Explained</LinkButton>
              <Button onClick={() => go({ dialog: 'request' })}>Ask for a license</Button>
              <Button variant="filled" onClick={() => go({ dialog: 'import' })}>
                Import a license
              </Button>
            </>
          }
        />
        {tab !== 'site' && <CountingStopped />}
        <Tabs
          value={tab}
          onChange={(next) => go({ tab: tabs.find((one) => one.tab === next)?.tab })}
          keepMounted={false}
        >
          <Tabs.List aria-label="Parts of licenses and usage">
            {tabs.map(({ tab: value, title }) => (
              <Tabs.Tab key={value} value={value}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab} className={css.panel}>
            <Suspense fallback={<Loading what="this part" />}>
              {tab === 'licenses' && (
                <LicenseList
                  list={list}
                  model={model}
                  onModel={(next) => go({ model: next })}
                  onImport={() => go({ dialog: 'import' })}
                  onExplain={(of) => go({ explain: `${of}@latest` })}
                />
              )}
              {tab === 'usage' && <UsageTab month={month} onMonth={(next) => go({ month: next })} />}
              {tab === 'refusals' && (
                <RefusalsTab onExplain={(of, version) => go({ explain: `${of}@${version}` })} />
              )}
              {tab === 'notices' && <NoticesTab />}
              {tab === 'what-if' && <WhatIfTab />}
              {tab === 'site' && <SiteTab />}
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </div>
      {dialog === 'import' && <ImportDialog files={files} onClose={close} />}
      {dialog === 'request' && <RequestDialog renews={null} model={model} onClose={close} />}
      <ExplainDrawer reference={explain} onClose={() => go({ explain: undefined })} />
    </Page>
  )
}
