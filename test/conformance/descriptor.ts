/** A description for a model that comes without one. */
import type { PackageDescriptorInput } from '../../src-main/contract/package.ts'

export const descriptorOf = (
  id: string,
  more: Partial<PackageDescriptorInput> = {},
): PackageDescriptorInput => ({
  formatVersion: 1,
  id,
  version: '1.0.0',
  title: id,
  summary: 'A conformance model.',
  task: 'other',
  owner: { name: 'ONNX' },
  license: { spdx: 'Apache-2.0' },
  framework: { name: 'onnx' },
  change: { type: 'major', releaseNotes: 'First.', migrationGuide: 'card.md' },
  model: { file: 'model.onnx' },
  card: 'card.md',
  ...more,
})
