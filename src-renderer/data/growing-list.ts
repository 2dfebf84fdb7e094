/**
 * A list inside a card, which grows by a page when more of it is asked for. The pages that are here are asked again
 * together, so that a row that comes or goes stands in one place.
 */
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query'

interface Page<Row> {
  rows: Row[]
  total: number
}

const pageRows = 100

export function useGrowingList<Row>(
  key: QueryKey,
  load: (window: { offset: number; limit: number }, signal: AbortSignal) => Promise<Page<Row>>,
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load({ offset: pageParam, limit: pageRows }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ total }: Page<Row>, pages: Page<Row>[]) => {
      const here = pages.reduce((sum, { rows }) => sum + rows.length, 0)
      return here < total ? here : undefined
    },
    select: ({ pages }): Page<Row> => ({
      rows: pages.flatMap(({ rows }) => rows),
      total: pages.at(-1)?.total ?? 0,
    }),
  })
}

export type GrowingList<Row> = ReturnType<typeof useGrowingList<Row>>
