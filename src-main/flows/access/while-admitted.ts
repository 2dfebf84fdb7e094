/**
 * A stream outlives the request that began it, and must not outlive the right to it: it ends when its reader's key is
 * revoked or expires, and when the login is left, ended by another password, or over.
 */
import type { NodeContext } from '../node-context.ts'
import type { Standing } from './identify.ts'

/** A timer of Node.js takes no more than 24 days; what lasts longer is looked at again. */
const lookAgainMsMax = 3_600_000

/** What `begin` gives, for as long as `standing` admits. It ends without a word, as when the node stops. */
export async function* whileAdmitted<Item>(
  node: NodeContext,
  standing: () => Standing,
  asked: AbortSignal | undefined,
  begin: (signal: AbortSignal) => AsyncIterable<Item>,
): AsyncGenerator<Item, void> {
  const over = new AbortController()
  const signal = asked ? AbortSignal.any([asked, over.signal]) : over.signal
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): boolean => {
    clearTimeout(timer)
    const { admitted, until } = standing()
    if (!admitted) {
      over.abort()
      return false
    }
    if (until !== null) {
      const left = Math.max(0, Date.parse(until) - node.clock.now()) + 1
      timer = setTimeout(look, Math.min(left, lookAgainMsMax)).unref()
    }
    return true
  }
  const lookAtChanges = async (): Promise<void> => {
    for await (const { topic } of node.events.listen(signal)) {
      if (topic === 'keys' || topic === 'logins') look()
    }
  }
  const looking = lookAtChanges()
  try {
    if (!look()) return
    for await (const item of begin(signal)) {
      // What happens after the end is not told, whichever of the two was heard of first.
      if (!look()) return
      yield item
    }
  } finally {
    over.abort()
    clearTimeout(timer)
    await looking
  }
}
