/**
 * Makes a package source of a bare ONNX file: a description with sensible defaults, and what lies beside the file
 * under a usual name (labels, card, license, suite). Where there is no card, one is drafted that says what is missing.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { issuesInWords } from '../../base/issue-words.ts'
import {
  type GraphSummary,
  type OutputSchema,
  type PackageDescriptor,
  type PackageDescriptorInput,
  packageDescriptor,
} from '../../contract/package.ts'
import { assembleSource, type PackageSource } from '../archive/package-source.ts'
import { draftCard } from '../draft-card.ts'
import { inspectOnnx } from './inspect-onnx.ts'

export interface DescribeOptions {
  publisher?: string | undefined
  /** publisher.name; made of the file's name otherwise. */
  id?: string | undefined
  version?: string | undefined
  /** What changed; a first package otherwise. */
  change?: PackageDescriptorInput['change'] | undefined
  /** The text of a migration guide, which the package carries then. */
  migrationGuide?: Uint8Array | undefined
}

/** Throws ONNX_INVALID or ONNX_EXTERNAL_DATA for the file, PACKAGE_PATH for a name that no package can carry. */
export async function describeOnnx(path: string, options: DescribeOptions = {}): Promise<PackageSource> {
  const file = resolve(path)
  const { description, card } = await describeGraph(file, await inspectOnnx(file), options)
  const generated = new Map<string, Uint8Array>()
  if (card !== null) generated.set(draftedCard, Buffer.from(card))
  if (options.migrationGuide) generated.set(guidePath, options.migrationGuide)
  return await assembleSource(description, dirname(file), generated)
}

/** What can be said of a graph whose weights need not be there yet; a drafted card where none lies beside it. */
export async function describeGraph(
  file: string,
  graph: GraphSummary,
  options: DescribeOptions,
): Promise<{ description: PackageDescriptor; card: string | null }> {
  const sidecars = await findSidecars(file)
  const description = defaultDescription(basename(file), graph, sidecars, options)
  return { description, card: sidecars.card === undefined ? draftCard(description, graph) : null }
}

const draftedCard = 'CARD.md'
const guidePath = 'MIGRATION.md'

interface Sidecars {
  labels?: string
  card?: string
  license?: string
  suite?: string
}

async function findSidecars(file: string): Promise<Sidecars> {
  const names = await readdir(dirname(file)).catch((error: unknown) => {
    if (isSystemError(error, 'EACCES')) return [] // a folder that may be entered and not listed
    throw error
  })
  const stem = stemOf(file)
  const first = (...wanted: string[]): string | undefined =>
    wanted.flatMap((name) => names.filter((found) => found.toLowerCase() === name.toLowerCase())).at(0)
  return defined({
    labels: first(`${stem}.labels.txt`, 'labels.txt', 'classes.txt'),
    card: first(`${stem}.card.md`, `${stem}.md`, 'CARD.md', 'model-card.md', 'README.md'),
    license: first(`${stem}.LICENSE`, 'LICENSE', 'LICENSE.txt', 'LICENSE.md'),
    suite: first(`${stem}.suite.jsonl`, 'suite.jsonl'),
  })
}

function defined(values: Record<keyof Sidecars, string | undefined>): Sidecars {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

const stemOf = (file: string): string => basename(file, extname(file))

function defaultDescription(
  modelFile: string,
  graph: GraphSummary,
  { labels, card, license, suite }: Sidecars,
  { publisher = 'local', id, version = '1.0.0', change, migrationGuide }: DescribeOptions,
): PackageDescriptor {
  const stem = stemOf(modelFile)
  const input: PackageDescriptorInput = {
    formatVersion: 1,
    id: id ?? `${publisher}.${nameOf(stem)}`,
    version,
    title: stem,
    summary: '',
    task: guessedTask(graph, labels),
    owner: { name: publisher },
    license: { spdx: 'NOASSERTION', ...(license === undefined ? {} : { file: license }) },
    framework: frameworkOf(graph),
    change: {
      ...(change ?? { type: 'minor', releaseNotes: 'First package.' }),
      ...(migrationGuide ? { migrationGuide: guidePath } : {}),
    },
    model: { file: modelFile },
    inputs: graph.inputs.map(({ name }) => ({ kind: 'tensor', tensor: name })),
    outputs: outputsOf(graph, labels),
    card: card ?? draftedCard,
    ...(suite === undefined ? {} : { suite }),
  }
  const parsed = packageDescriptor.safeParse(input)
  if (parsed.success) return parsed.data
  throw new OutpostError(
    'DESCRIPTOR_INVALID',
    `No description could be made for ${modelFile}. ${issuesInWords(parsed.error.issues, input)}`,
    {
      hint: 'Write an outpost.json beside the model and pack the folder.',
    },
  )
}

/** The name as the grammar wants it: lower case letters, digits and dashes, at most 64. */
function nameOf(stem: string): string {
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'model' : name
}

function guessedTask(graph: GraphSummary, labels: string | undefined): PackageDescriptor['task'] {
  if (sentenceEmbedding(graph)) return 'embedding'
  return labels === undefined && !isClassifier(graph) ? 'other' : taskOf(graph)
}

/** As exporters of sentence-transformers name it, beside the vectors of the tokens that it was made of. */
const sentenceEmbedding = ({ outputs }: GraphSummary) =>
  outputs.find(
    ({ name, datatype, shape }) =>
      name === 'sentence_embedding' && datatype.startsWith('FP') && shape.length === 2,
  )

/** What nobody asks for who wants the vector is left out of the answer. */
function outputsOf(graph: GraphSummary, labels: string | undefined): PackageDescriptorInput['outputs'] {
  const vector = sentenceEmbedding(graph)
  if (vector) return [{ kind: 'embedding', tensor: vector.name }]
  return graph.outputs.map(({ name }) => outputOf(name, graph, labels))
}

/** The first floating-point output takes the labels: classifiers give scores there, and ids beside them. */
function outputOf(name: string, graph: GraphSummary, labels: string | undefined): OutputSchema {
  const scores = graph.outputs.find(({ datatype }) => datatype.startsWith('FP'))
  if (scores?.name !== name || (labels === undefined && !isClassifier(graph)))
    return { kind: 'tensor', tensor: name }
  const labelsFile = labels === undefined ? {} : { labelsFile: labels }
  return { kind: 'classes', tensor: name, activation: 'none', topK: 5, ...labelsFile }
}

/** As skl2onnx writes one (zipmap=False): rows of numbers in, each row's label and its probabilities out. */
function isClassifier({ inputs, outputs }: GraphSummary): boolean {
  const [input] = inputs
  const label = outputs.find(({ name }) => /^(output_)?label$/.test(name))
  const scores = outputs.find(({ name }) => /^(output_)?probabilit(y|ies)$/.test(name))
  return (
    inputs.length === 1 &&
    outputs.length === 2 &&
    input?.shape.length === 2 &&
    input.datatype.startsWith('FP') &&
    (label?.datatype === 'BYTES' || label?.datatype === 'INT64') &&
    scores?.datatype.startsWith('FP') === true
  )
}

function taskOf({ inputs }: GraphSummary): PackageDescriptor['task'] {
  const [input] = inputs
  if (input?.datatype === 'BYTES') return 'text-classification'
  return input?.shape.length === 4 ? 'image-classification' : 'tabular-classification'
}

/** Producers write their name first; what is unknown stays as the producer wrote it. */
function frameworkOf({ producer }: GraphSummary): PackageDescriptor['framework'] {
  const [name, version] = producer.split(' ')
  if (!name) return { name: 'onnx' }
  return { name: name.slice(0, 256), ...(version ? { version: version.slice(0, 256) } : {}) }
}
