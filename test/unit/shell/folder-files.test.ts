/** A folder that is dropped on the desktop or in a browser: which of its files are meant, and where they go. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { placesOf } from '../../../src-main/contract/folder-drop.ts'
import { filesAt } from '../../../src-main/shell/folder-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function folderOf(files: readonly string[]): Promise<string> {
  const folder = temporaryFolder()
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), file)
  }
  return folder
}
const placed = async (folder: string) =>
  Object.fromEntries((await filesAt(folder)).map(({ path, place }) => [place, path]))

test('a folder with a model is the package, and what systems leave behind stays out', async () => {
  const folder = await folderOf([
    'model.onnx',
    'CARD.md',
    'pictures/1.png',
    '.DS_Store',
    '.git/config',
    'pictures/Thumbs.db',
  ])
  await symlink('/etc/passwd', join(folder, 'secret.txt'))
  expect(Object.keys(await placed(folder)).toSorted()).toEqual(['CARD.md', 'model.onnx', 'pictures/1.png'])
  expect((await placed(folder))['pictures/1.png']).toBe(join(folder, 'pictures', '1.png'))
})

test('a folder with a suite brings it as it stands, one with pictures alone keeps its name', async () => {
  const suite = await folderOf(['suite.jsonl', 'pictures/1.png'])
  expect(Object.keys(await placed(suite)).toSorted()).toEqual(['pictures/1.png', 'suite.jsonl'])
  const pictures = await folderOf(['1.png', 'more/2.png'])
  const name = basename(pictures)
  expect(Object.keys(await placed(pictures)).toSorted()).toEqual([`${name}/1.png`, `${name}/more/2.png`])
})

test('a file stays what it is, also one that is not there', async () => {
  const folder = await folderOf(['model.onnx'])
  expect(await filesAt(join(folder, 'model.onnx'))).toEqual([{ path: join(folder, 'model.onnx') }])
  expect(await filesAt(join(folder, 'gone'))).toEqual([{ path: join(folder, 'gone') }])
  expect(placesOf('empty', [])).toEqual([])
})
