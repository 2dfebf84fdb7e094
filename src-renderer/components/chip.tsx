/** A state in one word with its tone: never colour alone, and a dot only for what lives and changes. */
import type { ReactNode } from 'react'
import type { DeploymentRow, JobRow, Stage } from '../../src-main/contract/views.ts'
import { foundDamage } from '../data/damage.ts'
import { useStatus } from '../data/node.ts'
import style from './chip.module.css'
import { deploymentStateWords } from './deployment-state.ts'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'accent' | 'neutral'

export function Chip({
  tone = 'neutral',
  dot = false,
  children,
  title,
}: {
  tone?: Tone
  dot?: boolean
  children: ReactNode
  title?: string
}) {
  return (
    <span className={style.chip} data-tone={tone} title={title}>
      {dot && <span className={style.dot} aria-hidden />}
      <span className={style.word}>{children}</span>
    </span>
  )
}

const jobStates: Record<JobRow['state'], [Tone, string]> = {
  queued: ['neutral', 'Queued'],
  running: ['info', 'Running'],
  done: ['ok', 'Done'],
  failed: ['bad', 'Failed'],
  cancelled: ['neutral', 'Cancelled'],
  interrupted: ['warn', 'Interrupted'],
}
/** That it came to its end is not the news where it found damage. */
const jobState = (job: Pick<JobRow, 'kind' | 'state' | 'output'>): [Tone, string] =>
  job.state === 'done' && foundDamage(job) ? ['bad', 'Damage found'] : jobStates[job.state]

const stages: Record<Stage, [Tone, string]> = {
  development: ['neutral', 'Development'],
  staging: ['info', 'Staging'],
  canary: ['warn', 'Canary'],
  production: ['ok', 'Production'],
  archived: ['neutral', 'Archived'],
}

type StateChipProps =
  | { deployment: DeploymentRow['state'] }
  | { job: Pick<JobRow, 'kind' | 'state' | 'output'> }
  | { stage: Stage }

export function StateChip(props: StateChipProps) {
  if ('deployment' in props) return <DeploymentChip state={props.deployment} />
  const [tone, word] = 'job' in props ? jobState(props.job) : stages[props.stage]
  return (
    <Chip tone={tone} dot={!('stage' in props)}>
      {word}
    </Chip>
  )
}

function DeploymentChip({ state }: { state: DeploymentRow['state'] }) {
  const [tone, word, why] = deploymentStateWords(state, useStatus()?.serving.state)
  return (
    <Chip tone={tone} dot {...(why && { title: why })}>
      {word}
    </Chip>
  )
}
