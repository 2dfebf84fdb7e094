/** What the licenses say to a version, asked again and again while a page shows it. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'

const everyMs = 15_000

/** Undefined until it is known, and where it cannot be. */
export const useRight = (model: string | null, version: string | null, refetchInterval = everyMs) =>
  useQuery({
    ...orpc.licenses.explain.queryOptions({
      input: { model: model ?? '', version: version ?? '' },
      refetchInterval,
      retry: false,
    }),
    enabled: model !== null && version !== null,
  }).data
