/** The data folder on the command line: copied, put back, and hashed again when a disk or a person changed it. */
import { chmod, cp, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { addModel } from '../../support/onnx-writer.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const data = ['--data', join(folder, 'data')]

beforeAll(async () => {
  await answer(['publisher', 'rename', 'acme', ...data])
  const output = join(folder, 'adder.outpost')
  await answer(['pack', await writeSource(join(folder, 'source')), '-o', output, ...data])
  await answer(['import', output, ...data])
})

test('a backup becomes a data folder of its own, and never one that holds something', async () => {
  const { path } = await answer<{ path: string }>(['backup', ...data])
  const refused = await outpost(['restore', path, ...data])
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/^DATA_DIR_INVALID: .* is not empty/)

  const restored = ['--data', join(folder, 'restored')]
  expect((await outpost(['restore', path, '--url', 'http://127.0.0.1:7070', ...restored])).code).toBe(2)
  expect(await answer(['restore', path, ...restored])).toMatchObject({ files: expect.any(Number) })
  expect(await answer(['models', ...restored])).toMatchObject({ total: 1, rows: [{ id: 'acme.adder' }] })
  expect(await answer(['verify', ...restored])).toMatchObject({ versions: 1, damaged: [] })
})

test('the folder of one backup stands for it; of two, one has to be named', async () => {
  const output = join(folder, 'backups')
  const restored = ['--data', join(folder, 'from-folder')]
  await answer(['backup', '-o', output, ...data])
  expect(await answer(['restore', output, ...restored])).toMatchObject({ files: expect.any(Number) })
  await cp(output, join(folder, 'two', 'a'), { recursive: true })
  await cp(output, join(folder, 'two', 'b'), { recursive: true })
  const [one = ''] = await readdir(output)
  await rename(join(folder, 'two', 'a', one), join(folder, 'two', one))
  await rename(join(folder, 'two', 'b', one), join(folder, 'two', `${one}-b`))
  const refused = await outpost(['restore', join(folder, 'two'), ...data])
  expect(refused.errors).toMatch(/^DATA_DIR_INVALID: .* holds 2 backups/)
})

test('doctor finds nothing wrong with a machine that runs this', async () => {
  const findings = await answer<{ name: string; outcome: string }[]>(['doctor', ...data])
  expect(findings.filter(({ outcome }) => outcome === 'bad')).toEqual([])
  expect(findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['node', 'sqlite', 'onnxruntime', 'pictures', 'data', 'disk', 'database']),
  )
})

/** Changes one byte of the stored model. */
async function damage(): Promise<void> {
  const blobs = await readdir(join(folder, 'data', 'blobs'), { recursive: true, withFileTypes: true })
  for (const entry of blobs.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    if (!bytes.equals(addModel())) continue
    bytes[0] = (bytes[0] ?? 0) ^ 1
    await chmod(path, 0o644)
    await writeFile(path, bytes)
  }
}

test('verify names what was changed and ends with 1', async () => {
  await damage()
  const { code, out, errors } = await outpost(['verify', ...data])
  expect(code).toBe(1)
  expect(out).toContain('✗ acme.adder@1.0.0')
  expect(errors).toMatch(/^ARTIFACT_CORRUPT: /)
})

test('what was changed is not exported', async () => {
  const output = join(folder, 'copy.outpost')
  const { code, errors } = await outpost(['export', 'acme.adder@1.0.0', '-o', output, ...data])
  expect(code).toBe(1)
  expect(errors).toMatch(/^ARTIFACT_CORRUPT: The stored file model\.onnx of acme\.adder@1\.0\.0 /)
  await expect(stat(output)).rejects.toThrow('ENOENT')
})

test('what was changed is left out of a backup, which says so and ends with 1', async () => {
  const made = await outpost(['backup', ...data])
  expect(made.code).toBe(1)
  expect(made.out).toContain('✗ acme.adder@1.0.0  model.onnx  changed')
  expect(made.errors).toMatch(/^ARTIFACT_CORRUPT: /)
  const path = made.out.match(/^(\S+) \(\d+ files/m)?.[1] ?? ''
  const restored = await outpost(['restore', path, '--data', join(folder, 'without')])
  expect(restored.errors).toBe('')
  expect(restored.out).toContain('✗ acme.adder@1.0.0  model.onnx  changed')
})
