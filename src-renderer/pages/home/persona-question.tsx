/** Asked once: what someone does here. It only changes which actions come first, never what is allowed. */
import { Button, UnstyledButton } from '@mantine/core'
import { IconFlask2, IconPackageExport, IconServerBolt } from '@tabler/icons-react'
import { Card } from '../../components/page.tsx'
import { type Persona, useView } from '../../state/view.ts'
import { returnFocus } from '../../style/return-focus.ts'
import style from './home.module.css'

const personas = [
  {
    id: 'provider',
    icon: IconPackageExport,
    title: 'Provider',
    text: 'I package models, version them and hand them on.',
  },
  {
    id: 'operator',
    icon: IconServerBolt,
    title: 'Operator',
    text: 'I install models and keep them answering.',
  },
  { id: 'qa', icon: IconFlask2, title: 'Quality', text: 'I try versions and judge what they answer.' },
] as const satisfies readonly { id: Persona; icon: unknown; title: string; text: string }[]

export function PersonaQuestion() {
  const set = useView((view) => view.set)
  const answer = (persona: Persona | 'skipped') => {
    set({ persona })
    // The question is gone with its buttons.
    returnFocus()
  }
  return (
    <Card
      title="What do you do here?"
      note="It decides what comes first on this page, and can be changed in the settings."
      actions={
        <Button size="xs" variant="subtle" color="neutral" onClick={() => answer('skipped')}>
          Skip
        </Button>
      }
    >
      <div className={style.personas}>
        {personas.map(({ id, icon: Icon, title, text }) => (
          <UnstyledButton key={id} className={style.persona} onClick={() => answer(id)}>
            <Icon size={22} stroke={1.5} aria-hidden />
            <span>
              <b>{title}</b>
              <span className={style.muted}>{text}</span>
            </span>
          </UnstyledButton>
        ))}
      </div>
    </Card>
  )
}
