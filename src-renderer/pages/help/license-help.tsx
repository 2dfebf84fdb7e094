/** The pages about licenses, as they stand in resources/docs; the build puts their text into this chunk. */
import limitsText from '../../../resources/docs/license-limits.md?raw'
import licensingText from '../../../resources/docs/licensing.md?raw'
import { LinkButton } from '../../components/link-button.tsx'
import { Markdown } from '../../components/markdown.tsx'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import css from './help.module.css'

/** The first line is the title, which the page's header shows. */
function split(text: string): { title: string; rest: string } {
  const end = text.indexOf('\n')
  return { title: text.slice(0, end).replace(/^# /, ''), rest: text.slice(end + 1) }
}
const licensing = split(licensingText)
const limits = split(limitsText)

export function LicensingHelpPage() {
  return (
    <Page>
      <PageHeader
        title="Licenses explained"
        note="What a license can state, each field and each code, and the way of a license."
        actions={<LinkButton to="/help/license-limits">Honest limits</LinkButton>}
      />
      <div className={css.reading}>
        <Card>
          <Markdown text={licensing.rest} lines={30} />
        </Card>
      </div>
    </Page>
  )
}

export function LicenseLimitsPage() {
  return (
    <Page>
      <PageHeader
        title={limits.title}
        note="What is refused, what comes out later, and what nobody can prevent."
        actions={<LinkButton to="/help/licensing">Licenses explained</LinkButton>}
      />
      <div className={css.reading}>
        <Card>
          <Markdown text={limits.rest} lines={30} />
        </Card>
      </div>
    </Page>
  )
}
