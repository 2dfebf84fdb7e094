/** Packing a bare ONNX file: what its version says of the change, and what a person adds to it. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type ChangeRequest, packSource } from '../../../src-main/flows/packages/pack-source.ts'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { addModel } from '../../support/onnx-writer.ts'
import { refusal, test, writeSource } from '../../support/package-folder.ts'

async function packed(folder: string, version: string | undefined, change?: ChangeRequest) {
  const path = join(folder, 'adder.onnx')
  const output = join(folder, 'adder.outpost')
  await writeFile(path, addModel())
  await packSource({
    path,
    output,
    force: true,
    publisher: null,
    version,
    change,
    onProgress: () => undefined,
  })
  return (await openPackage(output)).descriptor
}

test('the version says what changed', async ({ folder }) => {
  expect((await packed(folder, undefined)).change).toMatchObject({ type: 'major' })
  expect((await packed(folder, '1.0.0')).change).toMatchObject({
    type: 'major',
    releaseNotes: 'First package.',
  })
  expect((await packed(folder, '1.2.0')).change).toMatchObject({
    type: 'minor',
    releaseNotes: 'Version 1.2.0.',
  })
  expect((await packed(folder, '1.2.3+7')).change).toMatchObject({ type: 'patch' })
  expect((await packed(folder, '1.2.0-rc.1')).change).toMatchObject({ type: 'minor' })
  expect((await packed(folder, '1.2.0', { type: 'patch' })).change).toMatchObject({ type: 'patch' })
})

test('a major version carries its guide, and is refused without one', async ({ folder }) => {
  expect(await refusal(() => packed(folder, '2.0.0'))).toBe('MIGRATION_GUIDE_MISSING')
  expect(await refusal(() => packed(folder, '1.1.0', { breakingChanges: ['y is gone'] }))).toBe(
    'MIGRATION_GUIDE_MISSING',
  )
  const migrationGuide = join(folder, 'guide.md')
  await writeFile(migrationGuide, '# From 1 to 2\n')
  const change = { releaseNotes: 'Two outputs.', breakingChanges: ['y is gone'], migrationGuide }
  expect((await packed(folder, '2.0.0', change)).change).toMatchObject({
    type: 'major',
    releaseNotes: 'Two outputs.',
    breakingChanges: ['y is gone'],
    backwardCompatible: false,
    migrationGuide: 'MIGRATION.md',
  })
})

test('a folder says itself what changed', async ({ folder }) => {
  const path = await writeSource(join(folder, 'source'))
  const request = { path, output: join(folder, 'p.outpost'), publisher: null, onProgress: () => undefined }
  expect(await refusal(() => packSource({ ...request, change: { type: 'major' } }))).toBe('BAD_REQUEST')
  await packSource({ ...request, change: { type: undefined } })
})

test('a package is written into a folder that is there, and over a file only when asked to', async ({
  folder,
}) => {
  const path = await writeSource(join(folder, 'source'))
  const request = (output: string) => ({ path, output, publisher: null, onProgress: () => undefined })
  expect(await refusal(() => packSource(request(join(folder, 'absent', 'p.outpost'))))).toBe('NOT_FOUND')
  expect((await readdir(folder)).toSorted()).toEqual(['source'])
  const output = join(folder, 'p.outpost')
  await packSource(request(output))
  expect(await refusal(() => packSource(request(output)))).toBe('BAD_REQUEST')
  await packSource({ ...request(output), force: true })
  expect(await refusal(() => packSource(request(folder)))).toBe('BAD_REQUEST')
})
