/** Asks before something that cannot be taken back; says what will happen, and shows here when it did not. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorNotice } from './states.tsx'
import { useFocusBack } from './use-focus-back.ts'

interface ConfirmDialogProps {
  opened: boolean
  onClose: () => void
  title: string
  /** The effect, in full sentences. */
  children: ReactNode
  /** Verb and object, as in "Delete 1.1.0". */
  action: string
  tone?: 'bad' | 'accent'
  /** What stays as it was when it fails. */
  unchanged?: string
  /** Why it cannot be done now: the button rests. */
  blocked?: boolean
  onConfirm: () => Promise<unknown>
}

export function ConfirmDialog({
  opened,
  onClose,
  title,
  children,
  action,
  tone = 'bad',
  unchanged = 'Nothing was changed.',
  blocked = false,
  onConfirm,
}: ConfirmDialogProps) {
  useFocusBack()
  const act = useMutation({ mutationFn: onConfirm, onSuccess: onClose })
  const close = () => {
    act.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <Stack
        gap="md"
        component="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (!blocked && !act.isPending) act.mutate()
        }}
      >
        <Stack gap="sm">{children}</Stack>
        {act.error && (
          <ErrorNotice error={act.error} what={`${action} did not work.`} unchanged={unchanged} />
        )}
        <Group justify="flex-end" gap={12}>
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="filled"
            color={tone}
            disabled={blocked}
            loading={act.isPending}
            type="submit"
            // A button that rests cannot take the focus, and the page behind would keep it.
            {...(!blocked && { 'data-autofocus': true })}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
