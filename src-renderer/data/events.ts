/**
 * Listens to the node's changes and lets go of what they touch in the cache. Only queries on the screen are asked
 * again, at most once a second each topic, so that a busy request log does not keep the page busy.
 */
import type { QueryClient } from '@tanstack/react-query'
import type { NodeEvent } from '../../src-main/contract/api/system.ts'
import { client, orpc } from '../client.ts'
import { isUnauthorized } from './failure.ts'
import { goToLogin } from './query-client.ts'

type Topic = NodeEvent['topic']

/** What a page shows of a topic; a deployment also shows on its model, a job may have installed one. */
const touched: Record<Topic, readonly (readonly unknown[])[]> = {
  models: [orpc.models.key(), orpc.drafts.bases.key(), orpc.system.status.key()],
  deployments: [orpc.deployments.key(), orpc.engines.key(), orpc.models.key(), orpc.system.status.key()],
  requests: [orpc.requests.key()],
  jobs: [orpc.jobs.key(), orpc.system.status.key()],
  keys: [orpc.keys.key()],
  logins: [orpc.login.key()],
  publishers: [orpc.publishers.key()],
  drafts: [orpc.drafts.key()],
  alerts: [orpc.alerts.key(), orpc.webhooks.key(), orpc.system.status.key()],
  licenses: [
    orpc.licenses.key(),
    orpc.usage.key(),
    orpc.deployments.key(),
    orpc.models.key(),
    orpc.drafts.bases.key(),
    orpc.system.status.key(),
  ],
  system: [orpc.system.key(), orpc.mail.key()],
}

const pauseMs = 1_000
const retryMsMax = 15_000

/** Until the signal; reconnects with growing pauses and then asks for everything, since changes may have been missed. */
export async function followEvents(cache: QueryClient, signal: AbortSignal): Promise<void> {
  const later = new Map<Topic, ReturnType<typeof setTimeout>>()
  const refresh = (topic: Topic) => {
    if (later.has(topic)) return
    const run = () => {
      later.delete(topic)
      for (const queryKey of touched[topic]) void cache.invalidateQueries({ queryKey })
    }
    later.set(topic, setTimeout(run, pauseMs))
  }
  signal.addEventListener('abort', () => {
    for (const timer of later.values()) clearTimeout(timer)
  })
  let retryMs = pauseMs
  let missed = false
  while (!signal.aborted) {
    try {
      const events = await client.system.events(undefined, { signal })
      if (missed) await cache.invalidateQueries()
      retryMs = pauseMs
      for await (const event of events) refresh(event.topic)
    } catch (error) {
      if (isUnauthorized(error)) goToLogin()
      // Whatever else ended the stream, the remedy is to begin it again; the status query says why the node is away.
    }
    // A node that is there ends a stream with the login or the key that it was begun with.
    if (!missed) await cache.refetchQueries({ queryKey: orpc.system.status.key() })
    missed = true
    await pause(retryMs, signal)
    retryMs = Math.min(retryMs * 2, retryMsMax)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
