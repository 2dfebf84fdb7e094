/** Says in a corner what an action did: buttons report their result. Failures stay until they are closed. */
import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { failureOf } from '../data/failure.ts'

export function reportDone(title: string, message?: ReactNode): void {
  notifications.show({
    title,
    message,
    color: 'var(--ok)',
    autoClose: 5_000,
    closeButtonProps: { 'aria-label': 'Close' },
  })
}

/** `what` as in "1.1.0 was not deleted". */
export function reportFailure(what: string, error: unknown): void {
  const { code, message, hint } = failureOf(error)
  notifications.show({
    title: what,
    message: (
      <>
        {message} {hint} <code>{code}</code>
      </>
    ),
    color: 'var(--bad)',
    autoClose: false,
    closeButtonProps: { 'aria-label': 'Close' },
  })
}
