/** Private trees of hard links: exactly the declared names, each verified, and nothing outside. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { createBlobStore } from '../../../src-main/store/blobs/blobs.ts'
import { linkTree } from '../../../src-main/store/blobs/link-tree.ts'
import { chunks } from '../../support/registration.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const code = (name: string) => expect.objectContaining({ code: name })

async function stored(...texts: string[]) {
  const dataDir = temporaryFolder()
  const intake = createBlobStore(dataDir).begin()
  const blobs = []
  for (const text of texts) blobs.push((await intake.write(chunks(text))).digest)
  return { dataDir, blobs, tree: join(dataDir, 'trees', 'one') }
}

test('links each file under its declared name, subfolders too', async () => {
  const {
    dataDir,
    blobs: [model = '', data = ''],
    tree,
  } = await stored('model', 'data')
  await linkTree(
    dataDir,
    [
      { path: 'model.onnx', digest: model },
      { path: 'weights/part.bin', digest: data },
    ],
    tree,
  )
  expect(readFileSync(join(tree, 'weights', 'part.bin'), 'utf8')).toBe('data')
  expect(statSync(join(tree, 'model.onnx')).ino).toBe(statSync(blobPath(dataDir, model)).ino)
  expect(statSync(tree).mode & 0o777).toBe(0o700)
})

test('ARTIFACT_CORRUPT: a changed or missing file leaves no tree', async () => {
  const {
    dataDir,
    blobs: [model = '', data = ''],
    tree,
  } = await stored('model', 'data')
  chmodSync(blobPath(dataDir, data), 0o644)
  writeFileSync(blobPath(dataDir, data), 'date')
  const files = [
    { path: 'model.onnx', digest: model },
    { path: 'data.bin', digest: data },
  ]
  await expect(linkTree(dataDir, files, tree)).rejects.toThrow(code('ARTIFACT_CORRUPT'))
  expect(existsSync(tree)).toBe(false)
  await expect(linkTree(dataDir, [{ path: 'a', digest: `sha256:${'0'.repeat(64)}` }], tree)).rejects.toThrow(
    code('ARTIFACT_CORRUPT'),
  )
  expect(existsSync(tree)).toBe(false)
})

test('a file that its intake wrote is believed only while it is that very file, unchanged', async () => {
  const dataDir = temporaryFolder()
  const intake = createBlobStore(dataDir).begin()
  const { digest } = await intake.write(chunks('model'))
  const blob = blobPath(dataDir, digest)
  const tree = (name: string) =>
    linkTree(dataDir, [{ path: 'model.onnx', digest }], join(dataDir, 'trees', name), intake.stampOf)
  await tree('as-written')

  const { atime, mtime } = statSync(blob)
  renameSync(blob, `${blob}.other`)
  writeFileSync(blob, 'edoml')
  utimesSync(blob, atime, mtime)
  await expect(tree('replaced')).rejects.toThrow(code('ARTIFACT_CORRUPT'))

  renameSync(`${blob}.other`, blob)
  chmodSync(blob, 0o644)
  writeFileSync(blob, 'edoml')
  await expect(tree('written-over')).rejects.toThrow(code('ARTIFACT_CORRUPT'))
})

test.each([
  '../out',
  '/etc/passwd',
  'a/../../out',
  'a//b',
  './a',
  'a\\b',
  'C:a',
  'a\0b',
  '',
  '.',
  '..',
  'a/..',
  `${'a'.repeat(256)}`,
])('PACKAGE_PATH: %j', async (path) => {
  const {
    dataDir,
    blobs: [model = ''],
    tree,
  } = await stored('model')
  await expect(linkTree(dataDir, [{ path, digest: model }], tree)).rejects.toThrow(code('PACKAGE_PATH'))
  expect(readdirSync(join(dataDir, 'trees'))).toEqual([])
})

test('a folder that is there already is not written into', async () => {
  const {
    dataDir,
    blobs: [model = ''],
    tree,
  } = await stored('model')
  await linkTree(dataDir, [{ path: 'a', digest: model }], tree)
  await expect(linkTree(dataDir, [{ path: 'b', digest: model }], tree)).rejects.toThrow(/EEXIST/)
  expect(readdirSync(tree)).toEqual(['a'])
})
