/** What was decided by licenses is decided anew, in serving and on the pages. */
import type { NodeContext } from '../node-context.ts'

/** Comes back when serving decides by the new state. */
export async function tellOfLicenses(node: NodeContext): Promise<void> {
  await node.serving.apply(node.snapshot())
  node.announce('licenses')
  node.announce('deployments')
}
