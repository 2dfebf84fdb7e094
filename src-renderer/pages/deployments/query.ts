/** Deployments with their figures: events tell of changed states, the clock asks for counts and latencies. */
import { orpc } from '../../client.ts'

const figuresMs = 3_000

const changesMs = 5_000

/** What an endpoint answered with, newest first. */
export const changesQuery = (endpoint: string) =>
  orpc.deployments.transitions.queryOptions({ input: { endpoint }, refetchInterval: changesMs })

export const deploymentsQuery = () => orpc.deployments.list.queryOptions({ refetchInterval: figuresMs })
