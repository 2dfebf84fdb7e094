/** One cache of what the node said. A local node is reached without a network, so queries never wait for one. */
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { orpc } from '../client.ts'
import { isUnauthorized, isUnreachable } from './failure.ts'

/** What was known of the login is over with it. */
export function goToLogin(): void {
  queryClient.removeQueries({ queryKey: orpc.login.key() })
  window.location.hash = '#/login'
}

/** A login that has ended is noticed wherever the next question is asked. */
const queryCache = new QueryCache({
  onError: (error) => {
    if (isUnauthorized(error)) goToLogin()
  },
})

export const queryClient = new QueryClient({
  queryCache,
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      // A refusal stays a refusal; only a fault is worth a second try.
      retry: (count, error) => count < 1 && !isUnauthorized(error),
      retryDelay: 500,
      throwOnError: false,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

/** Milliseconds between two looks at the node: quick while it is away, so that it is seen when it is back. */
export const statusInterval = (error: unknown): number => (isUnreachable(error) ? 2_000 : 4_000)
