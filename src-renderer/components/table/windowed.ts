/**
 * Rows of a list that may be longer than memory should hold: only the pages that the window touches are asked for,
 * and `total` counts the whole filter. A list that is here already wears the same coat.
 */
import { type QueryKey, useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

export interface WindowedRows<Row> {
  total: number
  rowAt: (index: number) => Row | undefined
  /** Called with what is on the screen, so that the right pages are asked for. */
  show: (first: number, last: number) => void
  /** Nothing has arrived yet. */
  pending: boolean
  error: unknown
  retry: () => void
}

interface RowWindow {
  offset: number
  limit: number
}

interface WindowedSource<Row> {
  /** Must hold the filter, so that another filter is another list. */
  key: (window: RowWindow) => QueryKey
  load: (window: RowWindow, signal: AbortSignal) => Promise<{ rows: Row[]; total: number }>
}

/** Rows a page: two screens of the densest table on a tall window. */
const pageRows = 100
/** Rows before and after the window whose page is asked for too: a wheel comes there in about half a second. */
const leadRows = pageRows / 2
const firstPage: RowWindow = { offset: 0, limit: pageRows }
const pageOf = (index: number) => Math.floor(index / pageRows)

export function useWindowedRows<Row>({ key, load }: WindowedSource<Row>): WindowedRows<Row> {
  const [range, setRange] = useState({ first: 0, last: 0 })
  const show = useCallback((shownFirst: number, shownLast: number) => {
    const first = Math.max(0, shownFirst - leadRows)
    const last = shownLast + leadRows
    setRange((now) =>
      pageOf(now.first) === pageOf(first) && pageOf(now.last) === pageOf(last) ? now : { first, last },
    )
  }, [])
  // The first page is always followed: it carries the total, and the top of a log moves.
  const pages = new Set([0])
  const counted = useQueryClient().getQueryData<Pick<WindowedRows<Row>, 'total'>>(key(firstPage))?.total ?? 0
  const last = Math.min(range.last, Math.max(0, counted - 1))
  for (let page = pageOf(range.first); page <= pageOf(last); page += 1) pages.add(page)
  const results = useQueries({
    queries: [...pages].map((page) => {
      const window = { offset: page * pageRows, limit: pageRows }
      return { queryKey: key(window), queryFn: ({ signal }: { signal: AbortSignal }) => load(window, signal) }
    }),
  })
  const byPage = new Map([...pages].map((page, at) => [page, results[at]?.data]))
  const failed = results.find(({ error, data }) => error && !data)
  const total = byPage.get(0)?.total
  return {
    total: total ?? 0,
    rowAt: (index) => byPage.get(pageOf(index))?.rows[index % pageRows],
    show,
    pending: total === undefined && !failed,
    error: failed?.error ?? null,
    retry: () => {
      for (const result of results) void result.refetch()
    },
  }
}

const nothing = () => {}

/** A list that came in one piece. */
export function rowsOf<Row>(query: {
  data: readonly Row[] | undefined
  error: unknown
  refetch: () => unknown
}): WindowedRows<Row> {
  const rows = query.data
  return {
    total: rows?.length ?? 0,
    rowAt: (index) => rows?.[index],
    show: nothing,
    pending: !rows && !query.error,
    error: rows ? null : query.error,
    retry: () => query.refetch(),
  }
}
