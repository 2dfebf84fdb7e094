/** One job while it runs: the node's events tell of its steps, and the clock asks in between so that a bar moves. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { JobRow } from '../../src-main/contract/views.ts'
import { orpc } from '../client.ts'

const stepMs = 600

export const hasEnded = ({ state }: JobRow): boolean => state !== 'queued' && state !== 'running'

/** `onEnd` is called once for each job, however it ended. */
export function useJob(id: string | null, onEnd?: (job: JobRow) => void) {
  const query = useQuery({
    ...orpc.jobs.get.queryOptions({ input: { id: id ?? '' } }),
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) => (data && hasEnded(data) ? false : stepMs),
  })
  const told = useRef<string | null>(null)
  const job = query.data
  useEffect(() => {
    if (!job || !hasEnded(job) || told.current === job.id) return
    told.current = job.id
    onEnd?.(job)
  }, [job, onEnd])
  return query
}
