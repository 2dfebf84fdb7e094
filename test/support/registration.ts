/** Versions to register: a full descriptor with what a test cares about changed, and artifacts whose bytes are real. */
import { sha256 } from '../../src-main/base/digest.ts'
import {
  type GraphSummary,
  type PackageDescriptor,
  type PackageDescriptorInput,
  packageDescriptor,
} from '../../src-main/contract/package.ts'
import type { ArtifactRow } from '../../src-main/contract/views.ts'
import { type Registered, type Registration, registerVersion } from '../../src-main/registry/register.ts'
import type { DataFolder } from './data-folder.ts'

export const by = { actor: 'owner', at: '2026-11-21T10:00:00.000Z' }

export type DescriptorChange = Partial<Omit<PackageDescriptorInput, 'change'>> & {
  change?: Partial<PackageDescriptorInput['change']>
}

export function descriptor({ change, ...rest }: DescriptorChange = {}): PackageDescriptor {
  return packageDescriptor.parse({
    formatVersion: 1,
    id: 'acme.digits',
    version: '1.0.0',
    title: 'Digits',
    summary: 'Reads handwritten digits.',
    task: 'image-classification',
    tags: ['vision'],
    owner: { name: 'Ada' },
    license: { spdx: 'Apache-2.0' },
    framework: { name: 'onnx' },
    model: { file: 'model.onnx' },
    card: 'README.md',
    ...rest,
    change: { type: 'major', releaseNotes: 'First.', ...change },
  })
}

export const graph = (change: Partial<GraphSummary> = {}): GraphSummary => ({
  irVersion: 10,
  producer: 'test',
  opsets: [{ domain: '', version: 21 }],
  operators: [],
  functions: [],
  elementTypes: [],
  inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 64] }],
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 10] }],
  unservable: [],
  parameterCount: 1,
  externalData: [],
  bytes: 1,
  ...change,
})

export const artifact = (path: string, text: string): ArtifactRow => ({
  path,
  kind: path.endsWith('.onnx') ? 'weight' : 'document',
  digest: sha256(text),
  bytes: Buffer.byteLength(text),
  mediaType: 'application/octet-stream',
})

export function registration(
  described: PackageDescriptor,
  files: Record<string, string> = { 'model.onnx': `weights of ${described.version}`, 'README.md': '# Card' },
  change: Partial<Registration> = {},
): Registration {
  const artifacts = Object.entries(files).map(([path, text]) => artifact(path, text))
  const manifest = JSON.stringify({ descriptor: described, layers: artifacts })
  return {
    descriptor: described,
    manifestDigest: sha256(manifest),
    manifest,
    config: '{}',
    signature: null,
    publisher: { name: 'acme', fingerprint: null },
    artifacts,
    graph: null,
    validation: null,
    source: 'imported',
    ...change,
  }
}

/** Puts the bytes into the store and registers them, as an import does. */
export async function install(
  folder: DataFolder,
  change: DescriptorChange = {},
  files?: Record<string, string>,
  more: Partial<Registration> = {},
): Promise<Registered> {
  const described = descriptor(change)
  const wanted = registration(described, files, more)
  const texts = files ?? { 'model.onnx': `weights of ${described.version}`, 'README.md': '# Card' }
  const intake = folder.blobs.begin()
  try {
    for (const text of Object.values(texts)) await intake.write(chunks(text))
    return registerVersion(folder.db, wanted, by)
  } finally {
    intake.end()
  }
}

export async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
