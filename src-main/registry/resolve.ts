/** From what a consumer wrote to one concrete version (R40 to R44), among all that are registered or a part of them. */
import { OutpostError } from '../base/errors.ts'
import { withBuild } from '../base/version-order.ts'
import { chooseVersion, meaningOf } from '../base/version-reference.ts'
import type { NodeReader } from '../store/sqlite.ts'
import { aliasesOf } from '../store/tables/aliases.ts'
import { findModel, type StoredModel } from '../store/tables/models.ts'
import { findVersion, findVersionById, type StoredVersion, versionNames } from '../store/tables/versions.ts'

export interface Resolved {
  model: StoredModel
  version: StoredVersion
  /** With the data version as build metadata. */
  name: string
  /** Why this version: exact, alias stable, range 2.x, default stable. */
  rule: string
}

/** MODEL_NOT_FOUND. */
export function requireModel(db: NodeReader, name: string): StoredModel {
  const model = findModel(db, name)
  if (model) return model
  throw new OutpostError('MODEL_NOT_FOUND', `There is no model ${name} here.`, {
    hint: 'outpost models lists what is there.',
  })
}

/**
 * `among` limits the choice to these version ids: those that are deployed, say. NAME_INVALID for what is no reference,
 * MODEL_NOT_FOUND, VERSION_NOT_FOUND.
 */
export function resolveVersion(
  db: NodeReader,
  modelName: string,
  reference?: string | null,
  among?: ReadonlySet<string>,
): Resolved {
  const model = requireModel(db, modelName)
  const meaning = meaningOf(reference)
  if (meaning === null) {
    throw new OutpostError('NAME_INVALID', `"${reference?.slice(0, 140)}" is no version, range or alias.`, {
      hint: 'Write a version such as 1.2.0 (without a leading v), a range such as 2.x or ^1.2, or an alias such as stable.',
    })
  }
  const candidates =
    meaning.kind === 'exact' ? exactCandidates(db, model.id, meaning.version) : versionNames(db, model.id)
  const pins = new Map(aliasesOf(db, model.id).map((pin) => [pin.alias, pin.version]))
  const choice = chooseVersion(
    meaning,
    among ? candidates.filter(({ id }) => among.has(id)) : candidates,
    (alias) => pins.get(alias) ?? null,
  )
  const version = choice && findVersionById(db, choice.chosen.id)
  if (!version) throw notFound(model, reference)
  return { model, version, name: withBuild(version.version, version.dataVersion), rule: choice.rule }
}

const exactCandidates = (db: NodeReader, modelId: string, version: string): StoredVersion[] => {
  const found = findVersion(db, modelId, version)
  return found ? [found] : []
}

function notFound(model: StoredModel, reference: string | null | undefined): OutpostError {
  const what = reference ? `version, range or alias "${reference}"` : 'version'
  return new OutpostError('VERSION_NOT_FOUND', `${model.name} has no ${what} here.`, {
    hint: `outpost versions ${model.name} lists what is there.`,
  })
}
