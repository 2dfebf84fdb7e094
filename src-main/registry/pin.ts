/** Pins an alias to one version, or lets it go; what moved by itself before (stable) then does so again. */
import { OutpostError } from '../base/errors.ts'
import { withBuild } from '../base/version-order.ts'
import { inTransaction, type NodeWriter } from '../store/sqlite.ts'
import { aliasesOf, deleteAlias, setAlias } from '../store/tables/aliases.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { refreshModel } from './refresh-model.ts'
import { requireModel, resolveVersion } from './resolve.ts'

export interface NamedAlias {
  alias: string
  version: string
}

/** Returns the pinned aliases of the model after. NAME_INVALID for "latest" and for a reference that is not exact. */
export function pinAlias(
  db: NodeWriter,
  modelName: string,
  alias: string,
  exactVersion: string | null,
  by: By,
): NamedAlias[] {
  if (alias === 'latest' || alias === 'x') {
    throw new OutpostError(
      'NAME_INVALID',
      `"${alias}" cannot be pinned: it always means the newest version.`,
      {
        hint: 'Pin "stable", or a name of your own.',
      },
    )
  }
  return inTransaction(db, () => {
    const model = requireModel(db, modelName)
    const before = aliasesOf(db, model.id).find((pin) => pin.alias === alias)
    if (exactVersion === null) {
      if (!deleteAlias(db, model.id, alias)) throw notPinned(modelName, alias)
    } else {
      const { version, rule } = resolveVersion(db, modelName, exactVersion)
      if (rule !== 'exact')
        throw new OutpostError('NAME_INVALID', `"${exactVersion}" is not an exact version.`)
      setAlias(db, model.id, alias, version.id, by.at)
    }
    refreshModel(db, model.id, null, by.at)
    appendAuditEntry(db, {
      ...by,
      action: exactVersion === null ? 'alias.release' : 'alias.pin',
      object: `${modelName}@${alias}`,
      outcome: 'done',
      details: { from: before?.version ?? null, to: exactVersion },
    })
    return aliasesOf(db, model.id).map((pin) => ({
      alias: pin.alias,
      version: withBuild(pin.version, pin.dataVersion),
    }))
  })
}

const notPinned = (model: string, alias: string) =>
  new OutpostError('VERSION_NOT_FOUND', `${model} has no pinned alias "${alias}".`)
