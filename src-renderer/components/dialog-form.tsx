/** The form in a dialog: what it asks, why it was not done, and the way back beside the one act. */
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { ErrorNotice } from './states.tsx'

interface DialogFormProps {
  /** A mutation, or what looks like one. */
  act: { mutate: () => void; error: unknown; isPending: boolean }
  /** Verb and object, as in "Delete 1.1.0". */
  action: string
  /** As in "1.1.0 was not deleted." */
  failed: string
  /** What stays as it was when it fails. */
  unchanged?: string | undefined
  tone?: 'bad' | 'accent'
  /** Why it cannot be done now: the button rests. */
  blocked?: boolean
  /** The button has the focus first, where no field does. */
  focused?: boolean
  /** A further act, beside the one. */
  other?: ReactNode
  onCancel: () => void
  children: ReactNode
}

export const DialogForm = ({
  act,
  action,
  failed,
  unchanged,
  tone = 'accent',
  blocked = false,
  focused = false,
  other,
  onCancel,
  children,
}: DialogFormProps) => (
  <Stack
    gap="md"
    component="form"
    onSubmit={(event) => {
      event.preventDefault()
      if (!blocked && !act.isPending) act.mutate()
    }}
  >
    {children}
    {act.error != null && <ErrorNotice error={act.error} what={failed} unchanged={unchanged} />}
    <Group justify="flex-end" gap={12}>
      <Button onClick={onCancel}>Cancel</Button>
      {other}
      <Button
        type="submit"
        variant="filled"
        color={tone}
        disabled={blocked}
        loading={act.isPending}
        // A button that rests cannot take the focus, and the page behind would keep it.
        {...(focused && !blocked && { 'data-autofocus': true })}
      >
        {action}
      </Button>
    </Group>
  </Stack>
)
