/** The node's own state, and how far the page can trust what it shows: live, stale, or unreachable since when. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../client.ts'
import { useNow } from '../components/use-now.ts'
import { isUnreachable } from './failure.ts'
import { statusInterval } from './query-client.ts'

/** Milliseconds of silence after which what is on the screen carries its age (screens.md: stale after 10 s). */
const staleAfterMs = 10_000

export const statusQuery = () =>
  orpc.system.status.queryOptions({
    refetchInterval: (query) => statusInterval(query.state.error),
    staleTime: 2_000,
    retry: false,
  })

export const loginQuery = () => orpc.login.state.queryOptions({ staleTime: 60_000, retry: false })

export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'stale'; since: number }
  | { state: 'unreachable'; since: number | null }

export function useStatus() {
  return useQuery(statusQuery()).data
}

export function useConnection(): Connection {
  const { error, dataUpdatedAt, isPending } = useQuery(statusQuery())
  const now = useNow(5_000)
  if (error && isUnreachable(error)) return { state: 'unreachable', since: dataUpdatedAt || null }
  if (isPending) return { state: 'connecting' }
  if (now - dataUpdatedAt > staleAfterMs) return { state: 'stale', since: dataUpdatedAt }
  return { state: 'live' }
}
