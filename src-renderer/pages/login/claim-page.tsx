/** Log in */
import { Page, PageHeader } from '../../components/page.tsx'

export function ClaimPage() {
  return (
    <Page>
      <PageHeader title="Log in" />
    </Page>
  )
}
