/** Where one begins: the way to a first prediction, the set-up list, what is running, and what happened last. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { NodeLicenses } from '../../components/license/banners.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Columns, Page, PageHeader, Stack } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { statusQuery } from '../../data/node.ts'
import { usePanels } from '../../state/panels.ts'
import { useView } from '../../state/view.ts'
import { Checklist } from './checklist.tsx'
import { FirstPrediction } from './first-prediction.tsx'
import { NodeCard } from './node-card.tsx'
import { PersonaQuestion } from './persona-question.tsx'
import { RecentJobs } from './recent-jobs.tsx'
import { RunningDeployments } from './running-deployments.tsx'

export function HomePage() {
  const status = useQuery(statusQuery())
  const persona = useView((view) => view.persona)
  const openInstall = usePanels((panels) => panels.openInstall)
  return (
    <Page>
      <PageHeader
        title="Home"
        note="Models on this node, what they answer, and what is left to set up."
        actions={
          <>
            <Button onClick={() => openInstall()}>Import a package</Button>
            {status.data?.checklist.predicted && <FirstAction persona={persona} />}
          </>
        }
      />
      <NodeLicenses />
      {persona === null && !(status.error && !status.data) && <PersonaQuestion />}
      <Loaded query={status} what="the state of the node" lines={10}>
        {(node) => (
          <Columns sides="main-aside">
            <Stack>
              {!node.checklist.predicted && <FirstPrediction status={node} />}
              <RunningDeployments hasModels={node.counts.models > 0} />
              <RecentJobs />
            </Stack>
            <Stack>
              <Checklist status={node} />
              <NodeCard status={node} />
            </Stack>
          </Columns>
        )}
      </Loaded>
    </Page>
  )
}

/** The one primary action, by what someone does here; before the first prediction the card below holds it. */
function FirstAction({ persona }: { persona: ReturnType<typeof useView.getState>['persona'] }) {
  return persona === 'provider' ? (
    <LinkButton to="/package" variant="filled">
      Package a model
    </LinkButton>
  ) : (
    <LinkButton to="/playground" variant="filled">
      Open the playground
    </LinkButton>
  )
}
