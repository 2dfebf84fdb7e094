/** The settings: a list of sections at the left, one of them at the right; each section is an address of its own. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Page, PageHeader, Stack } from '../../components/page.tsx'
import { EmptyState, Loading } from '../../components/states.tsx'
import { loginQuery } from '../../data/node.ts'
import { AccessSection } from './access-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { KeysSection } from './keys-section.tsx'
import { PublishersSection } from './publishers-section.tsx'
import { SamplesSection } from './samples-section.tsx'
import { isSection, type Section, sections } from './sections.ts'
import css from './settings.module.css'

/** Those with dialogs of their own are fetched when they are opened. */
const OwnPublisherSection = lazy(async () => ({
  default: (await import('./own-publisher-section.tsx')).OwnPublisherSection,
}))
const WebhooksSection = lazy(async () => ({
  default: (await import('./webhooks-section.tsx')).WebhooksSection,
}))
const MailSection = lazy(async () => ({ default: (await import('./mail-section.tsx')).MailSection }))
const EnginesSection = lazy(async () => ({ default: (await import('./engines-section.tsx')).EnginesSection }))
const StorageSection = lazy(async () => ({ default: (await import('./storage-section.tsx')).StorageSection }))
const NodeSection = lazy(async () => ({ default: (await import('./node-section.tsx')).NodeSection }))

const contents: Record<Section, () => ReactNode> = {
  keys: () => <KeysSection />,
  publishers: () => <PublishersSection />,
  publisher: () => <OwnPublisherSection />,
  webhooks: () => <WebhooksSection />,
  mail: () => <MailSection />,
  engines: () => <EnginesSection />,
  appearance: () => <AppearanceSection />,
  samples: () => <SamplesSection />,
  storage: () => <StorageSection />,
  node: () => <NodeSection />,
  access: () => <AccessSection />,
}

export function SettingsPage() {
  // The bare address of the settings shows the first section.
  const { section = 'keys' } = useParams({ strict: false })
  const login = useQuery(loginQuery())
  // The desktop window belongs to the machine's account: there is no password to change and nobody to log out.
  const owner = login.data?.actor.kind === 'owner'
  const shown = Object.entries(sections).filter(([name]) => !(owner && name === 'access'))
  return (
    <Page>
      <PageHeader title="Settings" />
      <div className={css.frame}>
        <nav aria-label="Sections of the settings" className={css.nav}>
          {shown.map(([name, title]) => (
            <Link
              key={name}
              to="/settings/$section"
              params={{ section: name }}
              className={css.link}
              activeProps={{ 'data-active': true, 'aria-current': 'page' }}
            >
              {title}
            </Link>
          ))}
        </nav>
        <Stack>
          <Suspense fallback={<Loading what="the settings" />}>
            {isSection(section) ? contents[section]() : <Unknown section={section} />}
          </Suspense>
        </Stack>
      </div>
    </Page>
  )
}

function Unknown({ section }: { section: string }) {
  return (
    <Card>
      <EmptyState
        title={`There is no section "${section}"`}
        actions={
          <LinkButton to="/settings/$section" params={{ section: 'keys' }}>
            Open the API keys
          </LinkButton>
        }
      />
    </Card>
  )
}
