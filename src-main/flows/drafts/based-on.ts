/** What a draft takes over from a version that is here: its words and its schema, and of its making only what stays true. */
import { OutpostError } from '../../base/errors.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import type { VersionDetail } from '../../contract/views.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import { findModel } from '../../store/tables/models.ts'
import { ownPublisher } from '../../store/tables/publishers.ts'
import { newestVersion } from '../../store/tables/versions.ts'
import { requireLineage } from '../licenses/lineage.ts'
import type { NodeContext } from '../node-context.ts'
import { findVersion } from '../registry.ts'

type TakenOver = Pick<StoredDraft, 'descriptor' | 'texts' | 'origins'>

/** `reference` is a model, whose newest version is meant, or MODEL@VERSION. Its license must allow a change of it. */
export async function takeOver(node: NodeContext, reference: string): Promise<TakenOver> {
  const [model = '', version = newestOf(node, model)] = reference.split('@')
  const parent = await findVersion(node, model, version)
  requireLineage(node, { lineage: [{ model, version: parent.version, relation: 'modified' }] })
  const { change, evaluation: _evaluation, training, sealed: _sealed, ...kept } = parent.descriptor
  const own = ownPublisher(node.db)?.name
  const id = own === undefined ? kept.id : `${own}.${kept.id.split('.')[1]}`
  const before = {
    from: 'version' as const,
    version: id === kept.id ? kept.version : `${kept.id} ${kept.version}`,
  }
  return {
    descriptor: {
      ...kept,
      id,
      ...lineageAfter(parent.descriptor, own),
      outputs: withInlineLabels(parent),
      training: { hyperparameters: training.hyperparameters },
      change: { type: 'minor', releaseNotes: '', apiVersion: change.apiVersion },
    },
    texts: {
      card: parent.card,
      license: parent.licenseText ?? '',
      migrationGuide: '',
      labels: (parent.labels[labelsOf(parent.descriptor)[0]?.tensor ?? ''] ?? []).join('\n'),
    },
    origins: { card: before, license: before, labels: before },
  }
}

function newestOf(node: NodeContext, model: string): string {
  const version = newestVersion(node.db, findModel(node.db, model))
  if (version) return version.version
  throw new OutpostError('MODEL_NOT_FOUND', `There is no model ${model} here.`)
}

/**
 * The next version of an own model was most likely made of the same as the one before: what a license asks for is not
 * left out in silence, and the wizard shows it to be taken out. A version of another publisher's model was made of that
 * model, whose own lineage stands with it. What sealed the weights before goes with those weights.
 */
function lineageAfter(
  { id, version, lineage = [] }: PackageDescriptor,
  own: string | undefined,
): Pick<PackageDescriptor, 'lineage'> {
  if (id.split('.')[0] !== own) return { lineage: [{ model: id, version, relation: 'modified' }] }
  return lineage.length > 0 ? { lineage } : {}
}

const labelsOf = ({ outputs }: PackageDescriptor) =>
  outputs.filter((output) => output.kind === 'classes' && output.labelsFile !== undefined)

/** A draft has one file of labels: outputs with another one keep theirs in the description. */
function withInlineLabels({ descriptor, labels }: VersionDetail): PackageDescriptor['outputs'] {
  const [first] = labelsOf(descriptor)
  return descriptor.outputs.map((output) => {
    if (output.kind !== 'classes' || output.labelsFile === undefined) return output
    if (first?.kind === 'classes' && output.labelsFile === first.labelsFile) return output
    const { labelsFile: _file, ...rest } = output
    return { ...rest, labels: labels[output.tensor] ?? [] }
  })
}
