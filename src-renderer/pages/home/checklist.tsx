/** What is left to set up. Each mark is set by what really happened on the node, not by a click here. */
import { Button, Progress } from '@mantine/core'
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react'
import { Link, linkOptions } from '@tanstack/react-router'
import type { NodeStatus } from '../../../src-main/contract/api/system.ts'
import { Card } from '../../components/page.tsx'
import { useView } from '../../state/view.ts'
import style from './home.module.css'

type Step = keyof NodeStatus['checklist']

const steps = [
  { step: 'samples', title: 'Install the sample models' },
  { step: 'predicted', title: 'Make a first prediction' },
  { step: 'deployed', title: 'Deploy a version' },
  { step: 'keyCreated', title: 'Create an API key' },
  { step: 'packaged', title: 'Package a model of your own' },
] as const satisfies readonly { step: Step; title: string }[]

const places = {
  samples: linkOptions({ to: '/settings/$section', params: { section: 'samples' } }),
  predicted: linkOptions({ to: '/playground' }),
  deployed: linkOptions({ to: '/deployments', search: { dialog: 'deploy' } }),
  keyCreated: linkOptions({ to: '/settings/$section', params: { section: 'keys' } }),
  packaged: linkOptions({ to: '/package' }),
} satisfies Record<Step, object>

export function Checklist({ status }: { status: NodeStatus }) {
  const { checklistHidden, set } = useView()
  const done = steps.filter(({ step }) => status.checklist[step]).length
  if (checklistHidden) return null
  return (
    <Card
      title="Set up"
      note={`${done} of ${steps.length} done`}
      actions={
        <Button size="xs" variant="subtle" color="neutral" onClick={() => set({ checklistHidden: true })}>
          Hide
        </Button>
      }
    >
      <Progress value={(done / steps.length) * 100} aria-label={`${done} of ${steps.length} done`} />
      <ul className={style.steps}>
        {steps.map(({ step, title }) => (
          <li key={step} data-done={status.checklist[step] || undefined}>
            {status.checklist[step] ? (
              <IconCircleCheckFilled size={17} className={style.done} aria-label="Done" />
            ) : (
              <IconCircle size={17} className={style.open} aria-label="Not done" />
            )}
            {status.checklist[step] ? <span>{title}</span> : <Link {...places[step]}>{title}</Link>}
          </li>
        ))}
      </ul>
    </Card>
  )
}
