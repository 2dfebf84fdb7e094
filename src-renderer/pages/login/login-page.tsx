/** Log in */
import { Page, PageHeader } from '../../components/page.tsx'

export function LoginPage() {
  return (
    <Page>
      <PageHeader title="Log in" />
    </Page>
  )
}
