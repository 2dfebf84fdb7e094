/** Model */
import { Page, PageHeader } from '../../components/page.tsx'

export function ModelPage() {
  return (
    <Page>
      <PageHeader title="Model" />
    </Page>
  )
}
