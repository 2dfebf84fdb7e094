/** A page whose code failed or could not be loaded, and an address that leads nowhere. The frame stays around it. */
import type { ErrorComponentProps } from '@tanstack/react-router'
import { LinkButton } from '../components/link-button.tsx'
import { Card, Page, PageHeader } from '../components/page.tsx'
import { EmptyState, ErrorNotice } from '../components/states.tsx'

export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page>
      <PageHeader title="Something failed" />
      <ErrorNotice
        error={error}
        what="This page could not be shown."
        unchanged="The node is not affected."
        onRetry={reset}
      />
    </Page>
  )
}

export function PageMissing() {
  return (
    <Page>
      <PageHeader title="No such page" />
      <Card>
        <EmptyState
          title="There is no page at this address"
          actions={<LinkButton to="/">Go to Home</LinkButton>}
        >
          A link may be from another version of Outpost.
        </EmptyState>
      </Card>
    </Page>
  )
}
