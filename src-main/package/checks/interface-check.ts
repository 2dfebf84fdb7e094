/** The rung that holds the description's inputs and outputs against those of the graph: names, types, sizes, labels. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  EmbeddingOutput,
  GraphSummary,
  InputSchema,
  OutputSchema,
  PackageDescriptor,
} from '../../contract/package.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import { type Finding, failed, passed, warned } from './ladder.ts'
import type { Subject } from './open-subject.ts'

/** The labels of a file of the package, by its path; null where they are not at hand, which proves nothing. */
export type LabelsOf = (path: string) => readonly string[] | null

/** What does not fit, one sentence each; empty where all of it does. Pure, so that a form can ask while it is filled in. */
export function interfaceProblems(
  { inputs, outputs }: Pick<PackageDescriptor, 'inputs' | 'outputs'>,
  graph: Pick<GraphSummary, 'inputs' | 'outputs'>,
  labelsOf: LabelsOf = () => null,
): string[] {
  const findings = [
    ...nameProblems('input', inputs, graph.inputs),
    ...nameProblems('output', outputs, graph.outputs),
  ]
  for (const input of inputs) {
    const spec = graph.inputs.find(({ name }) => name === input.tensor)
    const problem = spec ? inputProblem(input, spec) : null
    if (problem) findings.push(`The input "${input.tensor}" ${problem}.`)
  }
  for (const output of outputs) {
    const spec = graph.outputs.find(({ name }) => name === output.tensor)
    const problem = spec ? outputProblem(output, spec, labelsOf, graph.inputs) : null
    if (problem) findings.push(`The output "${output.tensor}" ${problem}.`)
  }
  return findings
}

export async function checkInterface({ source, folder }: Subject): Promise<Finding> {
  const { descriptor, graph } = source
  const labels = new Map<string, string[]>()
  for (const output of descriptor.outputs) {
    if (output.kind !== 'classes' || output.labelsFile === undefined) continue
    labels.set(output.labelsFile, await readLabels(folder, output.labelsFile))
  }
  const problems = interfaceProblems(descriptor, graph, (path) => labels.get(path) ?? null)
  const [first] = problems
  if (first) return failed(first, 'Set it right in outpost.json.', { problems })
  const described = new Set(descriptor.inputs.map(({ tensor }) => tensor))
  const silent = graph.inputs.filter(({ name }) => !described.has(name)).map(({ name }) => name)
  if (described.size > 0 && silent.length > 0) {
    return warned(`The description says nothing of the inputs ${silent.join(', ')}; they take plain tensors.`)
  }
  return passed([...graph.inputs.map(shown), '→', ...graph.outputs.map(shown)].join(' '))
}

const shown = ({ name, datatype, shape }: TensorSpec): string => `${name} ${datatype}[${shape.join(',')}]`

function nameProblems(
  word: string,
  described: readonly { tensor: string }[],
  specs: readonly TensorSpec[],
): string[] {
  const seen = new Set<string>()
  return described.flatMap(({ tensor }) => {
    if (seen.has(tensor)) return [`The ${word} "${tensor}" is described twice.`]
    seen.add(tensor)
    if (specs.some(({ name }) => name === tensor)) return []
    return [`The model has no ${word} "${tensor}"; it has ${specs.map(({ name }) => name).join(', ')}.`]
  })
}

function inputProblem(input: InputSchema, spec: TensorSpec): string | null {
  switch (input.kind) {
    case 'tensor':
      return null
    case 'text':
      return spec.datatype === 'BYTES' ? null : `is described as text and takes ${spec.datatype}`
    case 'fields': {
      if (spec.datatype === 'BYTES') return 'is described as numbers and takes text'
      const width = spec.shape.at(-1)
      if (spec.shape.length === 0 && !spec.unranked) return 'is described as a row and takes a single number'
      if (width === undefined || width === -1 || width === input.fields.length) return null
      return `has ${input.fields.length} fields in the description and ${width} in the model`
    }
    case 'image':
      return imageProblem(input, spec)
  }
}

function imageProblem(input: Extract<InputSchema, { kind: 'image' }>, spec: TensorSpec): string | null {
  if (spec.datatype === 'BYTES') return 'is described as a picture and takes text'
  if (spec.unranked) return null
  const channels = input.channels === 'L' ? 1 : 3
  const { width, height, layout } = input
  const sizes = {
    CHW: [channels, height, width],
    HWC: [height, width, channels],
    flat: [width * height * channels],
  }
  const wanted = sizes[layout]
  const given = spec.shape.slice(-wanted.length)
  const fits = given.length === wanted.length && given.every((size, at) => size === -1 || size === wanted[at])
  return fits ? null : `is described as ${layout} [${wanted.join(', ')}] and takes [${spec.shape.join(', ')}]`
}

function outputProblem(
  output: OutputSchema,
  spec: TensorSpec,
  labelsOf: LabelsOf,
  inputs: readonly TensorSpec[],
): string | null {
  if (output.kind === 'tensor') return null
  if (output.kind === 'embedding') return embeddingProblem(output, spec, inputs)
  const labels = output.labels ?? (output.labelsFile === undefined ? null : labelsOf(output.labelsFile))
  if (spec.datatype === 'BYTES') return labels === null ? null : 'gives labels as text already and needs none'
  const classes = spec.shape.at(-1)
  if (labels === null || spec.unranked || classes === undefined || classes === -1) return null
  // One score tells two classes apart; the softmax of one alone is always 1.
  const isBinary = classes === 1 && labels.length === 2 && output.activation !== 'softmax'
  const fits = classes === labels.length || isBinary
  return fits ? null : `gives ${classes} classes and has ${labels.length} labels`
}

function embeddingProblem(
  { pooling, mask }: EmbeddingOutput,
  { datatype, shape, unranked }: TensorSpec,
  inputs: readonly TensorSpec[],
): string | null {
  if (datatype === 'BYTES' || datatype === 'BOOL') return `is described as an embedding and gives ${datatype}`
  const rank = shape.length
  const fits =
    pooling === 'none'
      ? rank === 1 || (rank > 1 && (rank === 2 || !shape.slice(1).includes(-1)))
      : rank === 2 || rank === 3
  if (!unranked && !fits) {
    const wanted =
      pooling === 'none' ? 'one vector an item' : `the vectors of its tokens, for the pooling "${pooling}"`
    return `has to give ${wanted}, and gives [${shape.join(', ')}]`
  }
  if (mask === undefined) return null
  if (pooling !== 'mean') return `names the mask "${mask}", which the pooling "${pooling}" does not use`
  const found = inputs.find(({ name }) => name === mask)
  if (!found) return `names the mask "${mask}", which is no input of the model`
  return found.datatype === 'BYTES' ? `names the mask "${mask}", which takes text` : null
}

/** One label a line; a line break at the end begins no further label. */
async function readLabels(folder: string, path: string): Promise<string[]> {
  const text = await readFile(join(folder, path), 'utf8')
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}
