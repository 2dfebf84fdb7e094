/** A try loads the version for itself: what a consumer would hear of an endpoint that does not answer is said here. */
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner } from '../../components/page.tsx'

const states: Record<string, string> = {
  stopped: 'is stopped',
  failed: 'has failed',
  'set-aside': 'was set aside',
}

export function NotAnswering({ version }: { version: VersionRow | undefined }) {
  const endpoints = version?.endpoints ?? []
  if (!version || endpoints.some(({ state }) => states[state] === undefined)) return null
  const [first] = endpoints
  if (!first) return null
  return (
    <Banner
      tone="warn"
      title={`${first.name} ${states[first.state]}.`}
      actions={
        <LinkButton to="/deployments/$endpoint" params={{ endpoint: first.name }} size="xs">
          Open the endpoint
        </LinkButton>
      }
    >
      Consumers get no answer from it. A try here loads {version.version} for itself.
    </Banner>
  )
}
