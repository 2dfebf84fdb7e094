/** The card of a model that came without one: every section that a card has, with what is known and what is not. */
import { grouped } from '../base/quantities.ts'
import { cardSections, notStated } from '../contract/card.ts'
import type { GraphSummary, PackageDescriptor } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'

export function draftCard(descriptor: PackageDescriptor, graph: GraphSummary): string {
  const opsets = graph.opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')
  return [
    `# ${descriptor.title}`,
    `Drafted from the ONNX file: ${grouped(graph.parameterCount)} parameters, IR version ${graph.irVersion}, operator sets ${opsets}.`,
    `Inputs: ${tensors(graph.inputs)}. Outputs: ${tensors(graph.outputs)}.`,
    ...cardSections.slice(0, -1).flatMap(({ heading }) => [`## ${heading}`, notStated]),
    '## Responsible team and escalation contact',
    `${descriptor.owner.name}${descriptor.owner.contact === undefined ? '' : `, ${descriptor.owner.contact}`}`,
    '',
  ].join('\n\n')
}

const tensors = (specs: readonly TensorSpec[]): string =>
  specs.map(({ name, datatype, shape }) => `\`${name}\` ${datatype} [${shape.join(', ')}]`).join('; ') ||
  'none'
