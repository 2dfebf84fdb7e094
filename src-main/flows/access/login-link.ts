/** A new one-time link for the UI of a node that runs: for whoever used up, or lost, the one that was printed at its start. */
import { issueLoginLink } from '../../auth/logins.ts'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

/** NODE_UNREACHABLE where nothing listens, so that no link could lead anywhere. */
export function newLoginLink(node: NodeContext, actor: Actor): { url: string; expiresAt: string } {
  const publicUrl = node.publicUrl()
  if (publicUrl === null) {
    throw new OutpostError('NODE_UNREACHABLE', 'This node listens on no address that a browser could open.', {
      hint: 'Start it: outpost serve prints a link as well.',
    })
  }
  const at = isoTime(node.clock)
  const token = audited(node, actor, { action: 'login.link', object: 'login' }, () =>
    issueLoginLink(node.db, at),
  )
  const expiresAt = new Date(Date.parse(at) + limits.loginLinkMinutesMax * 60_000).toISOString()
  return { url: `${publicUrl}/#/claim?token=${token}`, expiresAt }
}
