/** Requests */
import { Page, PageHeader } from '../../components/page.tsx'

export function RequestsPage() {
  return (
    <Page>
      <PageHeader title="Requests" />
    </Page>
  )
}
