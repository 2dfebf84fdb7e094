/** Home */
import { Page, PageHeader } from '../../components/page.tsx'

export function HomePage() {
  return (
    <Page>
      <PageHeader title="Home" />
    </Page>
  )
}
