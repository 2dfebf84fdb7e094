/** Says in a corner what an action did: buttons report their result. Failures stay until they are closed. */
import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { failureOf } from '../data/failure.ts'

/** When each report of something done was shown. */
const shownAt = new Map<string, number>()
/** What leads to another page by itself reports there: such a report has only just come. */
const justShownMs = 1_000

export function reportDone(title: string, message?: ReactNode): void {
  const id = notifications.show({
    onClose: ({ id: closed }) => closed !== undefined && shownAt.delete(closed),
    title,
    message,
    color: 'var(--ok)',
    autoClose: 5_000,
  })
  shownAt.set(id, performance.now())
}

/** For a person who goes on to another page. What failed stays: it says what to do next, perhaps there. */
export function clearDone(): void {
  const now = performance.now()
  for (const [id, at] of shownAt) if (now - at > justShownMs) notifications.hide(id)
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
  })
}

/** Starts background work and says so; what became of it stands on the page Jobs. `what` as in "Verifying". */
export async function reportJob(what: string, start: () => Promise<{ jobId: string }>): Promise<void> {
  try {
    const { jobId } = await start()
    reportDone(
      `${what} has started`,
      <a href={`#/jobs?id=${encodeURIComponent(jobId)}`}>Follow it on the page Jobs</a>,
    )
  } catch (error) {
    reportFailure(`${what} could not be started`, error)
  }
}
