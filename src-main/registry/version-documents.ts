/**
 * What a version brings along to be read: card, license, guide, labels, and a few cases of its suite to fill a form
 * with. Each document is checked against its digest as it is read, up to the limit of its kind.
 */
import { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { parseJsonAs } from '../base/json.ts'
import { limits } from '../contract/limits.ts'
import type { PackageDescriptor } from '../contract/package.ts'
import { examplesMax, spreadOverLabels, suiteCase } from '../contract/suite.ts'
import type { ValidationReport } from '../contract/validation.ts'
import type { ArtifactRow, VersionDetail } from '../contract/views.ts'
import { readBlob, readBlobStart } from '../store/blobs/blobs.ts'

export type VersionDocuments = Pick<
  VersionDetail,
  'card' | 'licenseText' | 'migrationGuide' | 'labels' | 'examples'
>

/** Enough for a few cases; the suite itself may be large. */
const examplesBytesMax = 1 << 20

export async function readVersionDocuments(
  dataDir: string,
  descriptor: PackageDescriptor,
  artifacts: readonly ArtifactRow[],
  validation: ValidationReport | null,
): Promise<VersionDocuments> {
  const text = (path: string | undefined) => readText(dataDir, artifacts, path)
  return {
    card: (await text(descriptor.card)) ?? '',
    licenseText: await text(descriptor.license.file),
    migrationGuide: await text(descriptor.change.migrationGuide),
    labels: await readLabels(descriptor, text),
    examples: await readExamples(dataDir, descriptor, artifacts, rightExamples(validation)),
  }
}

async function readText(
  dataDir: string,
  artifacts: readonly ArtifactRow[],
  path: string | undefined,
): Promise<string | null> {
  const artifact = artifacts.find((one) => one.path === path)
  if (!artifact) return null
  return (await readBlob(dataDir, artifact.digest, limits.documentBytesMax)).toString('utf8')
}

/** By the name of the output tensor, in the order of the classes. */
async function readLabels(
  descriptor: PackageDescriptor,
  text: (path: string | undefined) => Promise<string | null>,
): Promise<VersionDetail['labels']> {
  const labels: VersionDetail['labels'] = {}
  for (const output of descriptor.outputs) {
    if (output.kind !== 'classes') continue
    if (output.labels) labels[output.tensor] = output.labels
    else if (output.labelsFile !== undefined)
      labels[output.tensor] = lines((await text(output.labelsFile)) ?? '')
  }
  return labels
}

const lines = (text: string): string[] =>
  text.split(/\r?\n/).filter((line, at, all) => line !== '' || at < all.length - 1)

/** What the check of the cases found to be answered rightly, the best first to show. */
const casesDetails = z.object({ examples: z.array(z.string()) })
function rightExamples(validation: ValidationReport | null): readonly string[] {
  const check = validation?.checks.find(({ name }) => name === 'cases')
  return casesDetails.safeParse(check?.details).data?.examples ?? []
}

async function readExamples(
  dataDir: string,
  descriptor: PackageDescriptor,
  artifacts: readonly ArtifactRow[],
  right: readonly string[],
): Promise<VersionDetail['examples']> {
  const suite = artifacts.find((one) => one.path === descriptor.suite)
  if (!suite) return []
  const start = await readBlobStart(dataDir, suite.digest, examplesBytesMax)
  const found = lines(start.toString('utf8'))
  const whole = start.byteLength < examplesBytesMax ? found : found.slice(0, -1)
  const cases = whole.slice(0, limits.exampleCasesMax).flatMap(readCase)
  const first = right.flatMap((id) => cases.find((one) => one.id === id) ?? [])
  const others = spreadOverLabels(cases.filter((one) => !first.includes(one)))
  const chosen = [...first, ...others].slice(0, examplesMax)
  return Promise.all(
    chosen.map(async ({ id, label, inputs }) => ({
      id,
      label,
      inputs: await withPictures(dataDir, artifacts, inputs),
    })),
  )
}

/** A line that is no case is the check's to tell of; here it is no example. */
function readCase(line: string): VersionDetail['examples'] {
  try {
    const { id, inputs, expected } = parseJsonAs(suiteCase, line, 'DESCRIPTOR_INVALID', 'A line of the suite')
    return [{ id, inputs, label: expected.label ?? null }]
  } catch (error) {
    if (error instanceof OutpostError) return []
    throw error
  }
}

/** A page cannot open a file of the package, so a picture that a case names comes along in its place. */
async function withPictures(
  dataDir: string,
  artifacts: readonly ArtifactRow[],
  inputs: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const filled: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(inputs)) {
    const path = typeof value === 'object' && value !== null && 'file' in value ? value.file : undefined
    const artifact = artifacts.find((one) => one.path === path)
    filled[name] = artifact ? ((await picture(dataDir, artifact)) ?? value) : value
  }
  return filled
}

async function picture(dataDir: string, artifact: ArtifactRow): Promise<{ base64: string } | null> {
  try {
    return { base64: (await readBlob(dataDir, artifact.digest, examplesBytesMax)).toString('base64') }
  } catch (error) {
    if (error instanceof OutpostError && error.code === 'PAYLOAD_TOO_LARGE') return null
    throw error
  }
}
