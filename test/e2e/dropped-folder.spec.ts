/** A folder as the beginning of a package: chosen or dropped, and what in it is no part of the package stays out. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'], nodeFor: 'dropped-folder' })
test.describe.configure({ mode: 'serial' })

const sample = join(import.meta.dirname, '../../resources/samples/breast-cancer/1.0.0')
let folder: string
test.beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'outpost-dropped-')), 'cells')
  await cp(sample, folder, { recursive: true })
  await rm(join(folder, 'outpost.json'), { force: true })
  await writeFile(join(folder, '.DS_Store'), 'left behind')
  await writeFile(join(folder, 'scratch.tmp'), 'of nobody')
})
test.afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }))

async function sort(page: Page): Promise<void> {
  const question = page.getByRole('dialog', { name: 'What belongs to the package' })
  await expect(question.getByRole('cell', { name: 'model.onnx' })).toBeVisible()
  await expect(question).not.toContainText('.DS_Store')
  await expectNoViolations(page, 'the question what belongs to the package')
  const choice = question.getByRole('combobox', { name: 'scratch.tmp is taken as' })
  await choice.selectOption('Not part of the package')
  await question.getByRole('button', { name: /^Add \d+ files$/ }).click()
  await expect(page.getByRole('region', { name: 'Interface' })).toContainText('measurements')
}

test('a folder that is chosen becomes a draft without what is no part of it', async ({ page, node }) => {
  await page.goto(`${node.url}/#/package`)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a folder' }).click()
  await (await chooser).setFiles(folder)
  await sort(page)
  const { rows } = await node.client.drafts.list({})
  const draft = await node.client.drafts.get({ id: rows[0]?.id ?? '' })
  expect(draft.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['model.onnx', 'suite.jsonl']))
  expect(draft.files.map(({ path }) => path)).not.toContain('scratch.tmp')
  expect(draft.texts.card).not.toBe('')
})

test('a folder that is dropped is opened by the page', async ({ page, node }) => {
  await page.goto(`${node.url}/#/package`)
  const place = page.getByRole('region', { name: /Drop an ONNX file/ })
  const box = await place.boundingBox()
  if (!box) throw new Error('there is no place to drop on')
  const session = await page.context().newCDPSession(page)
  const at = { x: box.x + box.width / 2, y: box.y + 20 }
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  await sort(page)
})

test('a step that was gone through with warnings says so and has no tick', async ({ page, node }) => {
  const { rows } = await node.client.drafts.list({})
  const id = rows[0]?.id ?? ''
  await node.client.drafts.update({ id, step: 'review', texts: { card: 'Short.' } })
  await page.goto(`${node.url}/#/package/${id}?step=review`)
  const card = page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: /Card/ })
  await expect(card).toContainText(/\d+ warnings/)
  await expect(card).toHaveAttribute('data-state', 'warned')
})
