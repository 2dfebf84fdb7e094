/** A version written out as a package, where a stored file has changed meanwhile. */
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportVersion } from '../../../src-main/flows/packages/export-version.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { artifactsOf } from '../../../src-main/store/tables/artifacts.ts'
import { asOwner, told } from '../../support/handed-over.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
const folder = sharedFolder()
const model = 'samples.digits'

beforeAll(async () => {
  outpost = await startWholeNode({ dataDirectory: join(folder, 'data') })
  const { jobId } = await outpost.client.system.installSamples()
  expect((await outpost.ended(jobId)).failure).toBeNull()
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function damage(path: string): Promise<void> {
  const { db, paths } = outpost.node.context
  const { version } = resolveVersion(db, model, '1.0.0')
  const digest = artifactsOf(db, version.id).find((artifact) => artifact.path === path)?.digest ?? ''
  const file = blobPath(paths.root, digest)
  const bytes = await readFile(file)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  await chmod(file, 0o644)
  await writeFile(file, bytes)
}

test('it is refused before the first byte where it is small, and the stream fails before its end where it is not', async () => {
  await damage('model.onnx')
  const { context } = outpost.node
  const refusal = expect.objectContaining({
    code: 'ARTIFACT_CORRUPT',
    message: expect.stringContaining(`The stored file model.onnx of ${model}@1.0.0`),
  })
  await expect(exportVersion(context, model, '1.0.0')).rejects.toThrow(refusal)
  expect(await told(asOwner(outpost, `/api/packages/${model}/1.0.0`))).toBe('500 ARTIFACT_CORRUPT')

  const { stream, bytes } = await exportVersion(context, model, '1.0.0', 0)
  let received = 0
  const read = async (): Promise<void> => {
    for await (const chunk of stream) received += (chunk as Buffer).byteLength
  }
  await expect(read()).rejects.toThrow(refusal)
  expect(received).toBeLessThan(bytes)
})
