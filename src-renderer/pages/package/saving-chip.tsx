/** Whether the node has what is typed; where it has not, why, and a way to try again at once. */
import { Button } from '@mantine/core'
import { Chip } from '../../components/chip.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import type { Draft } from './use-draft.ts'

export function SavingChip({ saving }: Pick<Draft, 'saving'>) {
  if (saving === 'failed') return <Chip tone="bad">Not saved</Chip>
  return (
    <Chip tone={saving === 'saved' ? 'ok' : 'neutral'}>
      {saving === 'saved' ? 'Saved' : saving === 'saving' ? 'Saving' : 'Not saved yet'}
    </Chip>
  )
}

/** Stands where it is seen from anywhere in a long form. */
export function Unsaved({ saving, saveError, flush }: Pick<Draft, 'saving' | 'saveError' | 'flush'>) {
  if (saving !== 'failed') return null
  return (
    <ErrorNotice
      error={saveError}
      what="What you typed is not saved."
      unchanged="It is kept in this page and sent again every few seconds."
      actions={
        <Button size="xs" onClick={() => void flush().catch(() => {})}>
          Save now
        </Button>
      }
    />
  )
}
