/** Source folders for tests: a small real model with a description, a card and whatever a test adds or breaks. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test as base } from 'vitest'
import { OutpostError } from '../../src-main/base/errors.ts'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import type { ErrorCode } from '../../src-main/contract/errors.ts'
import type { PackageDescriptorInput } from '../../src-main/contract/package.ts'
import type { BlobSink } from '../../src-main/package/archive/blob-sink.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import type { Signer } from '../../src-main/package/signing/sign-manifest.ts'
import { addModel } from './onnx-writer.ts'

export const descriptor = (more: Partial<PackageDescriptorInput> = {}): PackageDescriptorInput => ({
  formatVersion: 1,
  id: 'acme.adder',
  version: '1.0.0',
  title: 'Adder',
  summary: 'Adds four numbers to four numbers.',
  task: 'other',
  owner: { name: 'Acme' },
  license: { spdx: 'Apache-2.0' },
  framework: { name: 'onnx' },
  change: { type: 'minor', releaseNotes: 'First.' },
  model: { file: 'model.onnx' },
  card: 'CARD.md',
  ...more,
})

export const card = `# Adder
## Intended use
## Limitations and failure modes
## Evaluation results
## Fairness
## Training data
## Responsible team and escalation contact
`

export type Files = Record<string, string | Uint8Array>

/** Writes outpost.json, model.onnx and CARD.md, then `files` over them. */
export async function writeSource(
  folder: string,
  more: Partial<PackageDescriptorInput> = {},
  files: Files = {},
): Promise<string> {
  const all: Files = {
    'outpost.json': JSON.stringify(descriptor(more)),
    'model.onnx': addModel(),
    'CARD.md': card,
    ...files,
  }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

/** With so many bytes in data.bin that take no room on the disk: a hole. */
export async function writeLargeSource(folder: string, bytes: number): Promise<string> {
  await writeSource(folder, { data: ['data.bin'] }, { 'data.bin': '' })
  await truncate(join(folder, 'data.bin'), bytes)
  return folder
}

interface Fixtures {
  /** An empty folder of the test's own, removed after it. */
  folder: string
  signer: Signer
}

export const test = base.extend<Fixtures>({
  folder: async ({ task: _task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'outpost-package-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  signer: async ({ task: _task }, use) => {
    await use({ publisher: 'acme', privateKey: generateSigningKey() })
  },
})

/** Runs what should be refused and gives the code of the refusal; anything else that is thrown fails the test. */
export async function refusal(run: () => unknown): Promise<ErrorCode | 'accepted'> {
  try {
    await run()
    return 'accepted'
  } catch (error) {
    if (error instanceof OutpostError) return error.code
    throw error
  }
}

/** A small signed package in `folder`. */
export async function packedPackage(folder: string, signer: Signer): Promise<string> {
  const path = join(folder, 'p.outpost')
  await pack(await readSource(await writeSource(join(folder, 's'))), { output: path, signer })
  return path
}

/** Takes everything and keeps the digests. */
export function countingSink(): BlobSink & { stored: string[] } {
  const stored: string[] = []
  return {
    stored,
    async write(digest, _bytes, chunks) {
      for await (const _ of chunks);
      stored.push(digest)
    },
  }
}
