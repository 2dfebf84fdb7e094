/**
 * What the blob store does with a file of 1 GiB: hash it where it lies, link it into a tree, and adopt it. These have
 * no target; they say what verifying a registry and loading a model cost.
 */
import { createCipheriv } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createBlobStore, verifyBlob } from '../../src-main/store/blobs/blobs.ts'
import { linkTree } from '../../src-main/store/blobs/link-tree.ts'
import { type Figure, mebibyte, median, type Part } from './figures.ts'
import { temporaryFolder } from './temporary-folder.ts'

const blocks = 1024
const rounds = 3

async function* noise(): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 2), Buffer.alloc(16))
  const zeros = Buffer.alloc(mebibyte)
  for (let at = 0; at < blocks; at++) yield cipher.update(zeros)
}

export const measureBlobs: Part = async () => {
  const folder = temporaryFolder()
  const store = createBlobStore(join(folder, 'data'))
  const { digest } = await store.begin().write(noise())
  const figures: Figure[] = [
    await measure('verify', () => verifyBlob(store.dataDir, digest)),
    await measure('verified tree of hard links', (round) =>
      linkTree(store.dataDir, [{ path: 'model.onnx', digest }], join(folder, `tree-${round}`)),
    ),
  ]
  const blob = join(folder, 'tree-0', 'model.onnx')
  for (let round = 0; round < rounds; round++) copyFileSync(blob, join(folder, `upload-${round}`))
  figures.push(
    await measure('adopt an upload', (round) => store.begin().adopt(join(folder, `upload-${round}`))),
  )
  await rm(folder, { recursive: true })
  return figures
}

async function measure(name: string, work: (round: number) => Promise<unknown>): Promise<Figure> {
  const seconds: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await work(round)
    seconds.push((performance.now() - started) / 1000)
  }
  return { name: `${name}, 1 GiB`, value: median(seconds), unit: 's' }
}
