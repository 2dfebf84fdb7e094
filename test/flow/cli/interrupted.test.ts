/** Ctrl+C: what a command had begun is taken back, in this process and on a node that runs. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { answer, type Started, start } from '../../support/command-line.ts'
import { writeLargeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const inFolder = (...names: string[]) => join(folder, ...names)
const data = ['--data', inFolder('data')]

/** Long enough that a signal comes before the end, on any disk. */
const dataBytes = 400_000_000

beforeAll(async () => {
  await answer(['publisher', 'rename', 'acme', ...data])
  await writeLargeSource(inFolder('source'), dataBytes)
  await answer(['pack', inFolder('source'), '-o', inFolder('large.outpost'), ...data])
})

async function files(...names: string[]): Promise<string[]> {
  const found = await readdir(inFolder(...names), { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** Sends Ctrl+C as soon as there is something half done to be seen. */
async function interrupt(started: Started, isUnderWay: () => Promise<boolean>) {
  await expect.poll(isUnderWay, { timeout: 30_000, interval: 5 }).toBe(true)
  started.child.kill('SIGINT')
  return await started.ended
}

test('an import that is stopped leaves nothing of the package', async () => {
  const started = start(['import', inFolder('large.outpost'), ...data])
  const { code, out, errors } = await interrupt(
    started,
    async () => (await files('data', 'blobs')).length > 0,
  )
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(errors).toMatch(/^JOB_STATE: The job was cancelled/)

  expect(await files('data', 'blobs')).toEqual([])
  expect(await files('data', 'uploads')).toEqual([])
  expect(await answer(['models', ...data])).toMatchObject({ total: 0 })
  expect(await files('data', 'blobs')).toEqual([])
})

test('a package that is stopped while it is written is not there', async () => {
  await mkdir(inFolder('out'))
  const started = start(['pack', inFolder('source'), '-o', inFolder('out', 'large.outpost'), ...data])
  const { code, errors } = await interrupt(started, async () => (await files('out')).length > 0)
  expect(code).toBe(1)
  expect(errors).toMatch(/^JOB_STATE: Stopped before it was done/)
  expect(await files('out')).toEqual([])
})

test('a node that runs is told to stop the work, and keeps nothing of it either', async () => {
  const node = start(['serve', '--port', '0', '--serving-port', '0', '--no-samples', ...data])
  try {
    await expect
      .poll(async () => (await readdir(inFolder('data', 'runtime'))).includes('node.json'), {
        timeout: 30_000,
      })
      .toBe(true)
    const started = start(['import', inFolder('large.outpost'), ...data])
    const { code, errors } = await interrupt(started, async () => (await files('data', 'blobs')).length > 0)
    expect(code).toBe(1)
    expect(errors).toMatch(/^JOB_STATE: The job was cancelled/)
    expect(await files('data', 'blobs')).toEqual([])
    expect(await answer(['models', ...data])).toMatchObject({ total: 0 })
  } finally {
    node.child.kill('SIGTERM')
    expect((await node.ended).code).toBe(0)
  }
})
