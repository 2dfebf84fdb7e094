/** Models */
import { Page, PageHeader } from '../../components/page.tsx'

export function ModelsPage() {
  return (
    <Page>
      <PageHeader title="Models" />
    </Page>
  )
}
