/**
 * Deletes a version that nothing uses. Its number stays taken: the same bytes may come back under it, others never. Its files stay until the collector takes them: another version may share them,
 * and another import may be bringing them in right now.
 */
import { OutpostError } from '../base/errors.ts'
import { withBuild } from '../base/version-order.ts'
import { inTransaction, type NodeWriter } from '../store/sqlite.ts'
import { aliasesOfVersion } from '../store/tables/aliases.ts'
import { artifactsOf } from '../store/tables/artifacts.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { forgetPrevious } from '../store/tables/endpoint-targets.ts'
import { nodeId } from '../store/tables/meta.ts'
import { putRemovedVersion } from '../store/tables/removed-versions.ts'
import { deleteVersion } from '../store/tables/versions.ts'
import { endpointsServing } from './endpoints-serving.ts'
import { refreshModel } from './refresh-model.ts'
import { resolveVersion } from './resolve.ts'

export interface Removed {
  model: string
  version: string
  /** Of the files it had: hand them to the collector. */
  digests: string[]
}

/**
 * An exact version only, so that nobody deletes whatever "latest" is by then. VERSION_IN_USE where an endpoint serves
 * it or an alias is pinned to it; NAME_INVALID, MODEL_NOT_FOUND, VERSION_NOT_FOUND.
 */
export function removeVersion(db: NodeWriter, modelName: string, exactVersion: string, by: By): Removed {
  return inTransaction(db, () => {
    const { model, version, rule } = resolveVersion(db, modelName, exactVersion)
    const name = withBuild(version.version, version.dataVersion)
    if (rule !== 'exact') {
      throw new OutpostError('NAME_INVALID', `"${exactVersion}" is not an exact version.`, {
        hint: `It means ${name} now. Write that if it is what you want to delete.`,
      })
    }
    const endpoints = endpointsServing(db, version.id).map((endpoint) => endpoint.name)
    if (endpoints.length > 0) {
      throw new OutpostError(
        'VERSION_IN_USE',
        `${modelName}@${name} is deployed as ${endpoints.join(', ')}.`,
        {
          hint: 'Undeploy it, or deploy another version there, then delete it.',
          details: { endpoints },
        },
      )
    }
    const aliases = aliasesOfVersion(db, version.id)
    if (aliases.length > 0) {
      throw new OutpostError(
        'VERSION_IN_USE',
        `The alias ${aliases.join(', ')} is pinned to ${modelName}@${name}.`,
        {
          hint: 'Let the alias go or pin it to another version, then delete this one.',
          details: { aliases },
        },
      )
    }
    const digests = artifactsOf(db, version.id).map((artifact) => artifact.digest)
    forgetPrevious(db, version.id)
    deleteVersion(db, version.id)
    putRemovedVersion(db, {
      model: modelName,
      version: version.version,
      originNode: nodeId(db),
      manifestDigest: version.manifestDigest,
      removedAt: by.at,
      removedBy: by.actor,
    })
    refreshModel(db, model.id, version.sortKey, by.at)
    appendAuditEntry(db, {
      ...by,
      action: 'version.remove',
      object: `${modelName}@${name}`,
      outcome: 'done',
      details: { digest: version.manifestDigest },
    })
    return { model: modelName, version: name, digests: [...new Set(digests)] }
  })
}
