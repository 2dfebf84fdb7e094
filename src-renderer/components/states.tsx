/** What stands where content is not: loading, empty, filtered to nothing, failed. Slow, empty and failed never look alike. */
import { Button, Skeleton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { errorCatalogue } from '../../src-main/contract/errors.ts'
import type { Failure } from '../../src-main/contract/views.ts'
import { failureOf } from '../data/failure.ts'
import { withShortDigests } from './format.ts'
import style from './states.module.css'
import { slowAfterMs, useAfter } from './use-after.ts'

const skeletonAfterMs = 150
const bars = ['92%', '75%', '84%', '63%', '88%', '70%', '80%', '58%', '90%', '67%', '78%', '61%']

/** Nothing for 150 ms, then bars of the final geometry, and after 2 s a word that it takes longer. */
export function Loading({ lines = 6, what = 'this page' }: { lines?: number; what?: string }) {
  const visible = useAfter(skeletonAfterMs)
  const slow = useAfter(slowAfterMs)
  if (!visible) return <div className={style.loading} aria-busy />
  return (
    <div className={style.loading} aria-busy>
      <p className={style.slow} role="status">
        {slow ? `Loading ${what} takes longer than usual. The node is still being asked.` : ''}
      </p>
      {bars.slice(0, lines).map((width) => (
        <Skeleton key={width} height={14} width={width} radius={4} />
      ))}
    </div>
  )
}

interface EmptyStateProps {
  /** One sentence: what will be here. */
  title: string
  children?: ReactNode
  actions?: ReactNode
}

export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div className={style.empty}>
      <p className={style.emptyTitle}>{title}</p>
      {children && <div className={style.emptyText}>{children}</div>}
      {actions && <div className={style.emptyActions}>{actions}</div>}
    </div>
  )
}

interface ErrorNoticeProps {
  /** What was thrown, or a failure that the node told. */
  error: unknown
  /** What was being done, as in "The models could not be loaded". */
  what: string
  /** What stayed as it was. */
  unchanged?: string | undefined
  onRetry?: () => void
  actions?: ReactNode
}

const isFailure = (error: unknown): error is Failure =>
  typeof error === 'object' &&
  error !== null &&
  !(error instanceof Error) &&
  'code' in error &&
  'message' in error

const titles: Record<string, { title: string }> = errorCatalogue

export function ErrorNotice({
  error,
  what,
  unchanged = 'Nothing was changed.',
  onRetry,
  actions,
}: ErrorNoticeProps) {
  const { copy, copied } = useClipboard({ timeout: 1_500 })
  const failure = isFailure(error) ? error : failureOf(error)
  const title = titles[failure.code]?.title
  const message =
    failure.message && failure.message !== failure.code ? failure.message : (title ?? failure.message)
  return (
    <div className={style.error} role="alert">
      <IconAlertTriangle size={18} className={style.errorIcon} aria-hidden />
      <div className={style.errorText}>
        <b>{what}</b>
        <p title={message}>{withShortDigests(message)}</p>
        {(unchanged || failure.hint) && (
          <p className={style.muted}>
            {unchanged} {failure.hint}
          </p>
        )}
        <code className={style.code}>{failure.code}</code>
      </div>
      <div className={style.errorActions}>
        <Button
          size="xs"
          onClick={() => copy(JSON.stringify({ what, at: new Date().toISOString(), ...failure }, null, 2))}
        >
          {copied ? 'Copied' : 'Copy details'}
        </Button>
        {onRetry && (
          <Button size="xs" onClick={onRetry}>
            Retry
          </Button>
        )}
        {actions}
      </div>
    </div>
  )
}

interface QueryLike<Data> {
  data: Data | undefined
  error: unknown
  refetch: () => unknown
}

/**
 * One query in a page: loading, failed, or its data. Data that is there stays on the screen when a later refresh
 * fails (the connection chip and its banner tell the age).
 */
export function Loaded<Data>({
  query,
  what,
  lines,
  actions,
  children,
}: {
  query: QueryLike<Data>
  /** As in "the models": used in every sentence about it. */
  what: string
  lines?: number
  /** Ways on when it failed. */
  actions?: ReactNode
  children: (data: Data) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)} could not be loaded.`
    return (
      <ErrorNotice
        error={query.error}
        what={sentence}
        unchanged=""
        actions={actions}
        onRetry={() => query.refetch()}
      />
    )
  }
  return <Loading what={what} {...(lines === undefined ? {} : { lines })} />
}
