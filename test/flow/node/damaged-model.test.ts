/** A deployed model whose file was damaged: it fails by name, and is served again as soon as its bytes are back. */
import { chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sampleCall } from '../../../src-main/flows/serve/sample-call.ts'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

const model = 'samples.debian-sections'
let outpost: WholeNode
let weights: string

beforeAll(async () => {
  outpost = await startWholeNode()
  expect(await installSamples()).toBe('done')
  const { artifacts } = await outpost.client.models.version({ model, version: 'stable' })
  const { digest } = artifacts.find(({ kind }) => kind === 'weight') ?? { digest: '' }
  weights = blobPath(outpost.dataDirectory, digest)
  await copyFile(weights, join(outpost.dataDirectory, 'weights.bin'))
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function installSamples(): Promise<string> {
  const { jobId } = await outpost.client.system.installSamples({})
  return (await outpost.ended(jobId)).state
}

async function replaceWeights(bytes: Uint8Array): Promise<void> {
  await rm(weights, { force: true })
  await writeFile(weights, bytes)
  await chmod(weights, 0o444)
}
const putBack = async () => replaceWeights(await readFile(join(outpost.dataDirectory, 'weights.bin')))

const state = async () =>
  (await outpost.client.deployments.list()).find(({ endpoint }) => endpoint === model)?.state

beforeEach(async () => {
  const bytes = await readFile(join(outpost.dataDirectory, 'weights.bin'))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await replaceWeights(bytes)
  await outpost.client.system.restartServing()
  await expect.poll(state).toBe('failed')
})

test('the line that the console shows names a model that is ready', async () => {
  expect(await sampleCall(outpost.node.context, 'secret')).not.toContain(model)
  await putBack()
  await outpost.client.deployments.start({ endpoint: model })
  expect(await sampleCall(outpost.node.context, 'secret')).toContain(model)
})

test('starting it again loads it again', async () => {
  expect((await outpost.client.deployments.start({ endpoint: model })).state).toBe('failed')
  await putBack()
  expect((await outpost.client.deployments.start({ endpoint: model })).state).toBe('ready')
})

test('installing the samples again puts the bytes back', async () => {
  expect(await installSamples()).toBe('done')
  expect(await state()).toBe('ready')
})

test('a check that finds the file intact again is enough', async () => {
  await putBack()
  const { jobId } = await outpost.client.models.verify({})
  expect((await outpost.ended(jobId)).output).toMatchObject({ damaged: [] })
  expect(await state()).toBe('ready')
})
