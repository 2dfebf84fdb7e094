/** The question before an operation on a version, whose refusal stands among the last refusals. */
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { withBuild } from '../../base/version-order.ts'
import type { StoredVersion } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { type Asked, refusalFacts, requireRight } from './decide-version.ts'

/** Throws the code of the rung that denies it. */
export function requireRightHere(
  node: NodeContext,
  model: string,
  version: StoredVersion,
  asked: Asked,
): void {
  try {
    requireRight(node.licensing, model, version, asked)
  } catch (error) {
    if (error instanceof OutpostError) {
      const name = withBuild(version.version, version.dataVersion)
      const at = isoTime(node.clock)
      node.quotas.note({
        ...refusalFacts(error),
        at,
        of: asked.operation,
        model,
        version: name,
        requestId: null,
      })
      node.announce('licenses')
    }
    throw error
  }
}
