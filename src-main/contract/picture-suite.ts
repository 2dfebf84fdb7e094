/**
 * A suite out of pictures that lie in folders named by their labels, as data sets of classifiers come: of a draft that
 * has no suite, and whose model takes one picture and gives scores over those labels.
 */
import { z } from 'zod'
import type { SuiteCase } from './suite.ts'

/** Where it stands in the package. */
export const pictureSuitePath = 'suite.jsonl'

export const isPicturePath = (path: string): boolean => /\.(png|jpe?g)$/i.test(path)

const takesPicture = z.tuple([z.object({ kind: z.literal('image'), tensor: z.string() })])
const givesClasses = z.object({ kind: z.literal('classes'), labels: z.array(z.string()).optional() })

interface Described {
  descriptor: Record<string, unknown>
  files: readonly { path: string; kind: string }[]
  texts: { labels: string }
}

/** Empty where the folders, the labels or the model are not such. One of each label first, then the second of each. */
export function pictureSuite({ descriptor, files, texts }: Described): SuiteCase[] {
  const input = takesPicture.safeParse(descriptor.inputs).data?.[0]
  const outputs = Array.isArray(descriptor.outputs) ? descriptor.outputs : []
  const classes = outputs.map((output) => givesClasses.safeParse(output).data).find((found) => found)
  if (!input || !classes) return []
  const labels = new Set(classes.labels ?? linesOf(texts.labels))
  const pictures = files
    .filter(({ path, kind }) => kind === 'dataset' && isPicturePath(path))
    .map(({ path }) => ({ path, label: path.split('/').at(-2) ?? '' }))
    .filter(({ label }) => labels.has(label))
  const byLabel = Map.groupBy(
    pictures.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    ({ label }) => label,
  )
  return [...byLabel.values()]
    .flatMap((found) => found.map((picture, place) => ({ ...picture, place })))
    .toSorted((one, other) => one.place - other.place)
    .map(({ path, label }) => ({ id: path, inputs: { [input.tensor]: { file: path } }, expected: { label } }))
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
