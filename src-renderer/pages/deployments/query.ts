/** Deployments with their figures: events tell of changed states, the clock asks for counts and latencies. */
import { orpc } from '../../client.ts'

const figuresMs = 3_000

export const deploymentsQuery = () => orpc.deployments.list.queryOptions({ refetchInterval: figuresMs })
