/** How the node is reached: one chip always, and a banner once what is on the screen can no longer be trusted. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Chip } from '../components/chip.tsx'
import { formatClock } from '../components/format.ts'
import { LinkButton } from '../components/link-button.tsx'
import { Banner } from '../components/page.tsx'
import { statusQuery, useConnection } from '../data/node.ts'
import style from './frame.module.css'

export function ConnectionChip() {
  const connection = useConnection()
  if (connection.state === 'live') {
    return (
      <Chip tone="ok" dot>
        Connected
      </Chip>
    )
  }
  if (connection.state === 'connecting') return <Chip dot>Connecting</Chip>
  if (connection.state === 'stale') {
    return (
      <Chip tone="warn" dot>
        {connection.since ? `As of ${formatClock(connection.since)}` : 'No answer yet'}
      </Chip>
    )
  }
  return (
    <Chip tone="bad" dot>
      Unreachable
    </Chip>
  )
}

/** A failure of serving concerns every page: nothing answers until someone acts. */
function ServingBanner() {
  const serving = useQuery(statusQuery()).data?.serving
  if (serving?.state !== 'failed') return null
  return (
    <div className={style.notice}>
      <Banner
        tone="bad"
        title="No model answers."
        actions={
          <LinkButton to="/settings/$section" params={{ section: 'node' }} size="xs">
            See the serving process
          </LinkButton>
        }
      >
        {serving.failure?.message ?? 'The serving process does not run.'}
      </Banner>
    </div>
  )
}

export function ConnectionBanner() {
  const connection = useConnection()
  const { refetch, isFetching } = useQuery(statusQuery())
  if (connection.state !== 'unreachable') return <ServingBanner />
  return (
    <div className={style.notice}>
      <Banner
        tone="bad"
        title="The node does not answer."
        actions={
          <Button size="xs" onClick={() => void refetch()} disabled={isFetching}>
            Try now
          </Button>
        }
      >
        {connection.since
          ? `What is shown here is as of ${formatClock(connection.since)}. It is asked again every 2 seconds.`
          : 'Check that it is running. It is asked again every 2 seconds.'}
      </Banner>
    </div>
  )
}
