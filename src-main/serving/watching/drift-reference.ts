/**
 * What a version's values look like on its own suite: the inputs of the cases, and what the model itself answers to
 * them. Made once, when the first request was looked at, one case after the other and behind all requests.
 */
import { parseJsonAs } from '../../base/json.ts'
import { limits } from '../../contract/limits.ts'
import { suiteCase } from '../../contract/suite.ts'
import { readBlob } from '../../store/blobs/blobs.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Target } from '../infer/target.ts'
import { type Feature, rowsOf, takeRow } from './drift-features.ts'
import { binned, quantileBounds, sharesOf } from './drift-measures.ts'

/** More cases make the reference finer than the samples that are compared with it. */
const casesMax = 1000
/** For a model that takes long: it is to answer requests, and what was seen by then is taken. */
const secondsMax = 20
/** Under so many cases there is nothing to compare with. */
const casesMin = 20
const binsMax = 10

export interface FeatureReference {
  /** Ascending. */
  values: Float64Array
  /** Of numbers: the inner bounds of the bins. */
  bounds: number[]
  /** Of categories: those that the suite has; all others are one bin. */
  categories: number[]
  shares: number[]
}

export interface DriftReference {
  cases: number
  /** One a feature. */
  features: FeatureReference[]
}

/** Null where the version has no cases, too few, or none that can be prepared. */
export async function readReference(
  dataDir: string,
  { version, ready, model }: Target,
  features: readonly Feature[],
  prepareCase: ProcessingPort['prepareCase'],
): Promise<DriftReference | null> {
  const { suite } = version.descriptor
  if (suite === undefined) return null
  const read = async (path: string, bytesMax: number = limits.documentBytesMax) => {
    const file = version.files.find((one) => one.path === path)
    if (!file) throw new Error(`no file ${path}`)
    return readBlob(dataDir, file.digest, bytesMax)
  }
  const lines = Buffer.from(await read(suite, limits.suiteBytesMax))
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, casesMax)
  const until = performance.now() + secondsMax * 1000
  const rows: Float64Array[] = []
  const release = model.hold()
  try {
    for (const line of lines) {
      if (performance.now() > until) break
      const { inputs } = parseJsonAs(suiteCase, line, 'DESCRIPTOR_INVALID', 'A case')
      const prepared = await prepareCase(ready.plan, inputs, read)
      for (const run of prepared.runs) {
        const values = new Float64Array(features.length).fill(Number.NaN)
        takeRow(features, 'input', run.inputs, firstRow(ready.loaded.inputs), values)
        const { outputs } = await ready.batcher.submit({
          inputs: run.inputs,
          outputs: null,
          priority: ready.settings.priorityLevels, // the lowest
        })
        takeRow(features, 'output', outputs, firstRow(ready.loaded.outputs), values)
        rows.push(values)
      }
    }
  } finally {
    release()
  }
  return rows.length < casesMin
    ? null
    : { cases: rows.length, features: features.map(({ kind }, at) => referenceOf(kind, at, rows)) }
}

const firstRow =
  (specs: Target['ready']['loaded']['inputs']) =>
  (tensor: Parameters<typeof rowsOf>[0]): { row: number; rows: number } => {
    const spec = specs.find(({ name }) => name === tensor.name)
    return { row: 0, rows: spec ? rowsOf(tensor, spec) : 1 }
  }

function referenceOf(kind: Feature['kind'], at: number, rows: readonly Float64Array[]): FeatureReference {
  const values = Float64Array.from(
    rows.map((row) => row[at] as number).filter((value) => !Number.isNaN(value)),
  ).sort()
  const categories = kind === 'category' ? [...new Set(values)] : []
  const bounds = kind === 'number' ? quantileBounds(values, binsMax) : []
  const made = { values, bounds, categories, shares: [] }
  return { ...made, shares: sharesOf(countsOf(made, values)) }
}

/** By the bins of a reference. */
export function countsOf(
  { bounds, categories }: Pick<FeatureReference, 'bounds' | 'categories'>,
  values: Float64Array,
): number[] {
  if (categories.length === 0) return binned(values, bounds)
  const counts = new Array<number>(categories.length + 1).fill(0)
  for (const value of values) {
    const known = categories.indexOf(value)
    const bin = known === -1 ? categories.length : known
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}
