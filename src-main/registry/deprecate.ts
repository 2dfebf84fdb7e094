/** R61: says that a version is on its way out, until when it answers and what to use instead; or takes that back. */
import { OutpostError } from '../base/errors.ts'
import { withBuild } from '../base/version-order.ts'
import { inTransaction, type NodeWriter } from '../store/sqlite.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { setDeprecation } from '../store/tables/versions.ts'
import { resolveVersion } from './resolve.ts'

export interface DeprecationInput {
  /** ISO 8601; now where it is left out. */
  deprecatedAt?: string | undefined
  /** ISO 8601; null names no date. */
  sunsetAt: string | null
  /** Another version of the model. */
  replacement: string | null
}

/** NAME_INVALID for a reference that is not exact or dates in the wrong order; VERSION_NOT_FOUND. */
export function deprecateVersion(
  db: NodeWriter,
  modelName: string,
  exactVersion: string,
  input: DeprecationInput | null,
  by: By,
): void {
  inTransaction(db, () => {
    const { version, rule } = resolveVersion(db, modelName, exactVersion)
    if (rule !== 'exact') throw new OutpostError('NAME_INVALID', `"${exactVersion}" is not an exact version.`)
    const deprecation = input === null ? none : readDeprecation(db, modelName, version.id, input, by.at)
    setDeprecation(db, version.id, deprecation)
    appendAuditEntry(db, {
      ...by,
      action: input === null ? 'version.undeprecate' : 'version.deprecate',
      object: `${modelName}@${withBuild(version.version, version.dataVersion)}`,
      outcome: 'done',
      details: { ...deprecation },
    })
  })
}

const none = { deprecatedAt: null, sunsetAt: null, replacement: null }

function readDeprecation(
  db: NodeWriter,
  modelName: string,
  versionId: string,
  { deprecatedAt: given, sunsetAt, replacement: named }: DeprecationInput,
  now: string,
) {
  const deprecatedAt = given ?? now
  if (sunsetAt !== null && sunsetAt <= deprecatedAt) {
    throw new OutpostError('NAME_INVALID', 'The sunset date must be after the date of the deprecation.', {
      hint: 'Consumers need the time between them to move.',
    })
  }
  const found = named === null ? null : resolveVersion(db, modelName, named)
  if (found && (found.rule !== 'exact' || found.version.id === versionId)) {
    throw new OutpostError('NAME_INVALID', `"${named}" is not another exact version of ${modelName}.`)
  }
  const replacement = found && withBuild(found.version.version, found.version.dataVersion)
  return { deprecatedAt, sunsetAt, replacement }
}
