/** Asks before something that cannot be taken back; says what will happen, and shows here when it did not. */
import { Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { DialogForm } from './dialog-form.tsx'
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
  unchanged,
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
      <DialogForm
        act={act}
        action={action}
        failed={`${action} did not work.`}
        unchanged={unchanged}
        tone={tone}
        blocked={blocked}
        focused
        onCancel={close}
      >
        <Stack gap="sm">{children}</Stack>
      </DialogForm>
    </Modal>
  )
}
