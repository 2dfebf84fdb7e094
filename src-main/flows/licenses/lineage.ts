/** What an own version was made of: each parent here that is another publisher's must allow it by its license. */
import type { PackageDescriptor } from '../../contract/package.ts'
import { findModel } from '../../store/tables/models.ts'
import { findVersion } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { requireRightHere } from './require-right.ts'

/** LIC_DERIVATIVE_DENIED, LIC_MODIFICATION_DENIED, or why its license does not hold at all. */
export function requireLineage(
  node: NodeContext,
  { lineage = [] }: Pick<PackageDescriptor, 'lineage'>,
): void {
  for (const { model, version, relation } of lineage) {
    const found = findModel(node.db, model)
    const parent = found && findVersion(node.db, found.id, version.split('+')[0] ?? version)
    if (parent)
      requireRightHere(node, model, parent, { operation: relation === 'modified' ? 'modify' : 'derive' })
  }
}
