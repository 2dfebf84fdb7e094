/** What an own version was made of: each parent here that is another publisher's must allow it by its license. */
import type { PackageDescriptor } from '../../contract/package.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { findModel } from '../../store/tables/models.ts'
import { findVersion } from '../../store/tables/versions.ts'
import { requireRight } from './decide-version.ts'
import type { Licensing } from './licensing.ts'

/** LIC_DERIVATIVE_DENIED, LIC_MODIFICATION_DENIED, or why its license does not hold at all. */
export function requireLineage(
  { db, licensing }: { db: NodeReader; licensing: Licensing },
  { lineage = [] }: Pick<PackageDescriptor, 'lineage'>,
): void {
  for (const { model, version, relation } of lineage) {
    const found = findModel(db, model)
    const parent = found && findVersion(db, found.id, version.split('+')[0] ?? version)
    if (parent)
      requireRight(licensing, model, parent, { operation: relation === 'modified' ? 'modify' : 'derive' })
  }
}
