/** Whether the node has what is typed; where it has not, why, and a way to try again. */
import { Button } from '@mantine/core'
import { Chip } from '../../components/chip.tsx'
import { failureOf } from '../../data/failure.ts'
import css from './package.module.css'
import type { Draft } from './use-draft.ts'

export function SavingChip({ state: { saving, saveError, flush } }: { state: Draft }) {
  if (saving === 'failed')
    return (
      <span className={css.unsaved} role="alert">
        <Chip tone="bad">Not saved</Chip>
        {failureOf(saveError).message} What is typed is kept in this page.
        <Button size="xs" onClick={() => void flush().catch(() => {})}>
          Save now
        </Button>
      </span>
    )
  return (
    <Chip tone={saving === 'saved' ? 'ok' : 'neutral'}>
      {saving === 'saved' ? 'Saved' : saving === 'saving' ? 'Saving' : 'Not saved yet'}
    </Chip>
  )
}
