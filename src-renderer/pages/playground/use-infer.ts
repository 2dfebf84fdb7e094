/**
 * Sends a request and remembers the answers of this visit. The memory is a cache entry that nobody fetches: what
 * the node said stays where server state lives, and is gone with the page.
 */
import { queryOptions, skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import type { Prediction } from '../../../src-main/contract/api/serving.ts'
import { client, orpc } from '../../client.ts'

export type Asked = { model: string; version: string | null; inputs: unknown }
export type Visit = { at: number; asked: Asked; answer: Prediction | null; error: unknown }

/** Pictures make requests large, so only the newest are kept. */
const visitsMax = 30

/** Serving tells each second what it counted: what is left is asked for when an answer comes, and until that was told. */
const lookedAtMs = [0, 400, 800, 1200]

const none: Visit[] = []
const visitsQuery = queryOptions({
  queryKey: ['playground', 'visits'],
  queryFn: skipToken,
  initialData: none,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

export function useInfer() {
  const cache = useQueryClient()
  const running = useRef<AbortController | null>(null)
  const infer = useMutation({
    mutationFn: ({ model, version, inputs }: Asked) => {
      running.current = new AbortController()
      const { signal } = running.current
      return client.playground.infer({ model, inputs, ...(version !== null && { version }) }, { signal })
    },
    onSettled: (answer, error, asked) => {
      const visit: Visit = { at: Date.now(), asked, answer: answer ?? null, error }
      cache.setQueryData(visitsQuery.queryKey, (visits) => [visit, ...(visits ?? [])].slice(0, visitsMax))
      const look = () => void cache.invalidateQueries({ queryKey: orpc.licenses.explain.key() })
      for (const ms of lookedAtMs) setTimeout(look, ms)
    },
  })
  return { infer, cancel: () => running.current?.abort() }
}

/** Newest first. */
export const useVisits = (): Visit[] => useQuery(visitsQuery).data ?? none
