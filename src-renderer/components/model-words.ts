/** Tasks, sources and trust in the reader's words. */
import type { kindOfChange } from '../../src-main/contract/kind-of-change.ts'
import type { ArtifactRow, ModelRow, PackageInspection } from '../../src-main/contract/views.ts'
import type { Tone } from './chip.tsx'

export const taskWords: Record<ModelRow['task'], string> = {
  'image-classification': 'Image classification',
  'object-detection': 'Object detection',
  'tabular-classification': 'Tabular classification',
  'tabular-regression': 'Tabular regression',
  'text-classification': 'Text classification',
  embedding: 'Embedding',
  other: 'Other',
}

export const sourceWords: Record<ModelRow['source'], string> = {
  built: 'Built here',
  imported: 'Imported',
  sample: 'Sample',
}

export const fileKindWords: Record<ArtifactRow['kind'], string> = {
  weight: 'Weights',
  config: 'Configuration',
  document: 'Document',
  code: 'Code',
  dataset: 'Data',
  descriptor: 'Description',
}

export const trustWords: Record<
  PackageInspection['publisher']['trust'],
  readonly [tone: Tone, word: string]
> = {
  own: ['ok', 'This node'],
  trusted: ['ok', 'Trusted'],
  unknown: ['warn', 'Not trusted'],
  mismatch: ['bad', 'Other key'],
  unsigned: ['warn', 'Not signed'],
}

export const changeWords: Record<ReturnType<typeof kindOfChange>, readonly [tone: Tone, word: string]> = {
  first: ['neutral', 'First version'],
  major: ['warn', 'Major change'],
  minor: ['info', 'Minor change'],
  patch: ['neutral', 'Patch'],
}

/** latencyMsP95 as "latency ms p95"; names of a provider's own stay as they are. */
export const metricWords = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
