/** A source folder around a model that comes as a bare file. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageDescriptorInput } from '../../src-main/contract/package.ts'

/** Writes it into `folder`, which is made. */
export async function writeSource(
  folder: string,
  model: string,
  id: string,
  more: Partial<PackageDescriptorInput> = {},
): Promise<void> {
  const descriptor: PackageDescriptorInput = {
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
  }
  await mkdir(folder, { recursive: true })
  await cp(model, join(folder, 'model.onnx'))
  await writeFile(join(folder, 'card.md'), `# ${id}\n`)
  await writeFile(join(folder, 'outpost.json'), JSON.stringify(descriptor))
}
