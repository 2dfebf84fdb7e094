/**
 * What a version's values look like on its own suite: the inputs of the cases, and what the model itself answers to
 * them. Made once, when the first request was looked at, one case after the other and behind all requests.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseJsonAs } from '../../base/json.ts'
import { limits } from '../../contract/limits.ts'
import { suiteCase } from '../../contract/suite.ts'
import { readBlob, readBlobStart } from '../../store/blobs/blobs.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Target } from '../infer/target.ts'
import type { ServedVersion } from '../routing/routes.ts'
import { type Feature, rowsOf, takeRow } from './drift-features.ts'
import { binned, quantileBounds, sharesOf } from './drift-measures.ts'

/** More cases make the reference finer than the samples that are compared with it. */
const casesMax = 1000
/** For a model that takes long: what was seen by then is taken. */
const secondsMax = 120
/** It rests for so many times as long as a case took, so that requests wait for it seldom. */
const restsPerRun = 3
/** Of the suite's beginning, which is turned into text where requests are answered: some milliseconds. */
const suiteBytesMax = 8 * 1024 * 1024
/** Under so many cases there is nothing to compare with. */
const casesMin = 20
/** Cases that may fail, until it is given up. */
const failuresMax = 20
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

/** Null where the version has no cases, too few, or none that can be prepared. `goOn` says whether it is still served. */
export async function readReference(
  dataDir: string,
  target: Target,
  features: readonly Feature[],
  prepareCase: ProcessingPort['prepareCase'],
  goOn: () => boolean,
): Promise<DriftReference | null> {
  const { version, ready, model } = target
  const read = (path: string) => readBlob(dataDir, fileOf(version, path).digest, limits.documentBytesMax)
  const until = performance.now() + secondsMax * 1000
  const rows: Float64Array[] = []
  let failures = 0

  async function run(line: string): Promise<void> {
    const { inputs } = parseJsonAs(suiteCase, line, 'DESCRIPTOR_INVALID', 'A case')
    const prepared = await prepareCase(ready.plan, inputs, read)
    for (const { inputs: tensors } of prepared.runs) {
      const values = new Float64Array(features.length).fill(Number.NaN)
      takeRow(features, 'input', tensors, firstRow(ready.loaded.inputs), values)
      const release = model.hold()
      try {
        const priority = ready.settings.priorityLevels // the lowest
        const { outputs } = await ready.batcher.submit({
          inputs: tensors,
          outputs: null,
          priority,
          internal: true,
        })
        takeRow(features, 'output', outputs, firstRow(ready.loaded.outputs), values)
      } finally {
        release()
      }
      rows.push(values)
    }
  }

  for (const line of await readCases(dataDir, version)) {
    if (performance.now() > until || !goOn()) break
    const from = performance.now()
    try {
      await run(line)
    } catch (error) {
      failures += 1 // a full queue, a case that the model refuses: the others tell enough
      if (failures > failuresMax) throw error
    }
    await pause(restsPerRun * (performance.now() - from))
  }
  return rows.length < casesMin
    ? null
    : { cases: rows.length, features: features.map(({ kind }, at) => referenceOf(kind, at, rows)) }
}

/** The first lines, as they lie there: a wrong byte would shift a figure, and a verification finds it. */
async function readCases(dataDir: string, version: ServedVersion): Promise<string[]> {
  const { suite } = version.descriptor
  if (suite === undefined) return []
  const bytes = await readBlobStart(dataDir, fileOf(version, suite).digest, suiteBytesMax)
  const lines = bytes.toString().split('\n')
  if (bytes.byteLength === suiteBytesMax) lines.pop() // cut
  return lines.filter((line) => line.trim() !== '').slice(0, casesMax)
}

function fileOf({ files }: ServedVersion, path: string): ServedVersion['files'][number] {
  const file = files.find((one) => one.path === path)
  if (file) return file
  throw new Error(`no file ${path}`)
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
