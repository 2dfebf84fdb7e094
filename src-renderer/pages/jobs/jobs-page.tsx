/** Jobs */
import { Page, PageHeader } from '../../components/page.tsx'

export function JobsPage() {
  return (
    <Page>
      <PageHeader title="Jobs" />
    </Page>
  )
}
