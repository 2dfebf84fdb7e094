/** A page whose code failed or could not be loaded, and an address that leads nowhere. The frame stays around it. */
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { Page } from '../components/page.tsx'
import { EmptyState, ErrorNotice } from '../components/states.tsx'

export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page>
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
    <EmptyState title="There is no page at this address" actions={<Link to="/">Go to Home</Link>}>
      A link may be from another version of Outpost.
    </EmptyState>
  )
}
