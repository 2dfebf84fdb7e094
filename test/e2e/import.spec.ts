/** A package comes in: what is told before it is installed, what is refused, and that a refusal changes nothing. */
import { copyFile, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { type ForeignPackage, foreignPackage } from '../support/foreign-package.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'], nodeFor: 'import' })
test.describe.configure({ mode: 'serial' })

let foreign: ForeignPackage
test.beforeAll(async () => {
  foreign = await foreignPackage('acme')
})
test.afterAll(() => rm(foreign.folder, { recursive: true, force: true }))

const sheet = (page: Page) => page.getByRole('dialog', { name: 'Import a package' })

async function offer(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Import a package' }).first().click()
  const chooser = page.waitForEvent('filechooser')
  await sheet(page).getByRole('button', { name: 'Choose a package' }).click()
  await (await chooser).setFiles(path)
}

test('a file that ends too early is refused with its code, and nothing changes', async ({ page, node }) => {
  const bytes = await readFile(foreign.path)
  const broken = join(foreign.folder, 'broken.outpost')
  await writeFile(broken, bytes.subarray(0, bytes.length / 2))
  await page.goto(`${node.url}/#/models`)
  await offer(page, broken)
  const alert = sheet(page).getByRole('alert')
  await expect(alert).toContainText('PACKAGE_INVALID')
  await expect(alert).toContainText('Nothing was installed.')
  await page.keyboard.press('Escape')
  await expect(sheet(page)).toBeHidden()
  expect((await node.client.models.list({})).total).toBe(0)
})

test('text is called text, and a model is packaged instead', async ({ page, node }) => {
  await page.goto(`${node.url}/#/models`)
  const note = join(foreign.folder, 'note.outpost')
  await writeFile(note, 'hello\n')
  await offer(page, note)
  await expect(sheet(page).getByRole('alert')).toContainText('The file is text and no package.')
  await page.keyboard.press('Escape')

  const model = join(foreign.source, 'model.onnx')
  const renamed = join(foreign.folder, 'renamed.outpost')
  await copyFile(model, renamed)
  await offer(page, renamed)
  await expect(sheet(page).getByRole('alert')).toContainText('The file is an ONNX model and no package.')
  await sheet(page).getByRole('link', { name: 'Package a model' }).click()
  await expect(page).toHaveURL(/#\/package$/)
  await expect(sheet(page)).toBeHidden()

  await page.goto(`${node.url}/#/models`)
  await offer(page, model)
  await sheet(page).getByRole('button', { name: 'Package this model' }).click()
  await expect(page.getByRole('region', { name: 'Interface' })).toBeVisible()
  await expect(sheet(page)).toBeHidden()

  await page.goto(`${node.url}/#/package`)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  const text = { name: 'model.onnx', mimeType: '', buffer: Buffer.from('hello\n') }
  await (await chooser).setFiles(text)
  await expect(page.getByText('The file is text and no ONNX model.').first()).toBeVisible()
})

test('a package whose model was changed after it was signed is not installed, whoever is trusted', async ({
  page,
  node,
}) => {
  const bytes = await readFile(foreign.path)
  const model = await readFile(join(foreign.source, 'model.onnx'))
  const at = bytes.indexOf(model.subarray(0, 64)) + 40
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const changed = join(foreign.folder, 'changed.outpost')
  await writeFile(changed, bytes)
  await page.goto(`${node.url}/#/models`)
  await offer(page, changed)
  await sheet(page)
    .getByRole('checkbox', { name: /Trust the publisher acme/ })
    .check()
  await sheet(page)
    .getByRole('button', { name: /^Install 1\.0\.0/ })
    .click()
  await expect(sheet(page).getByRole('alert')).toContainText('PACKAGE_DIGEST', { timeout: 20_000 })
  await page.keyboard.press('Escape')
  expect((await node.client.models.list({})).total).toBe(0)
  expect((await node.client.publishers.list({})).rows.map(({ name }) => name)).not.toContain('acme')
})

test('an unknown publisher: the fingerprint is shown, and nothing is installed before it is trusted', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/models`)
  await offer(page, foreign.path)
  await expect(sheet(page)).toContainText('Unknown publisher.')
  await expect(sheet(page)).toContainText(foreign.fingerprint)
  await expect(sheet(page)).toContainText('acme.cells')
  const install = sheet(page).getByRole('button', { name: /^Install 1\.0\.0/ })
  await expect(install).toBeDisabled()
  await sheet(page)
    .getByRole('checkbox', { name: /Trust the publisher acme/ })
    .check()
  await expect(sheet(page)).toContainText('To be deployed it needs a license of acme.')
  await install.click()
  await expect(sheet(page)).toContainText('Installed.', { timeout: 30_000 })
  await expect(sheet(page)).not.toContainText('can be tried and deployed')
  await sheet(page).getByRole('link', { name: 'Ask acme for a license' }).click()
  const request = page.getByRole('dialog', { name: 'Ask for a license' })
  await expect(request.getByLabel('Model', { exact: true })).toHaveValue('acme.cells')
  await page.goto(`${node.url}/#/models/acme.cells`)
  await expect(page.getByRole('heading', { name: 'Cells under the microscope' })).toBeVisible()
  await expect(page.getByText('Trusted', { exact: true })).toBeVisible()
})

test('the same again says that it is there', async ({ page, node }) => {
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2)
  await offer(page, foreign.path)
  await expect(sheet(page)).toContainText('Installed already.')
  await expect(sheet(page).getByRole('button', { name: /^Install / })).toHaveCount(0)
})

test('a file that the disk has changed is put right by the package', async ({ page, node }) => {
  const { artifacts } = await node.client.models.version({ model: 'acme.cells', version: '1.0.0' })
  const digest = artifacts.find(({ path }) => path.endsWith('.onnx'))?.digest.slice('sha256:'.length) ?? ''
  const file = await open(join(node.dataDirectory, 'blobs', 'sha256', digest.slice(0, 2), digest), 'r+')
  await file.write(Buffer.from('damaged'), 0, 7, 100)
  await file.close()
  const verify = async () => {
    await page.goto(`${node.url}/#/jobs`)
    await page.goto(`${node.url}/#/settings/storage`)
    await page.getByRole('button', { name: 'Verify all stored files' }).click()
  }
  await verify()
  await expect(page.getByText('1 version is damaged.')).toBeVisible({ timeout: 20_000 })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy the list' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^acme\.cells@1\.0\.0\S*\t\S+\.onnx\tchanged\tsha256:[0-9a-f]{64}$/,
  )
  await page.goto(`${node.url}/#/jobs`)
  await expect(page.getByRole('grid').getByText('Damage found', { exact: true })).toBeVisible()
  await page.goto(`${node.url}/#/models`)
  await offer(page, foreign.path)
  await sheet(page).getByRole('button', { name: 'Write its files again' }).click()
  await expect(sheet(page)).toContainText('Installed.', { timeout: 30_000 })
  await page.keyboard.press('Escape')
  await verify()
  await expect(page.getByText('Intact', { exact: true })).toBeVisible({ timeout: 20_000 })
})

test('another key under a trusted name is refused', async ({ page, node }) => {
  const forged = await foreignPackage('acme', '1.0.1')
  await page.goto(`${node.url}/#/models`)
  await offer(page, forged.path)
  await expect(sheet(page)).toContainText('Another key than the trusted one.')
  await expect(sheet(page).getByRole('button', { name: /^Install / })).toHaveCount(0)
  await rm(forged.folder, { recursive: true })
})

test('a publisher is trusted by the key that it sent, and trusted no longer', async ({ page, node }) => {
  const other = await foreignPackage('zenith')
  await page.goto(`${node.url}/#/settings/publishers`)
  await page.getByRole('button', { name: 'Trust a publisher' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Not Valid!')
  await expect(dialog.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
  await expect(dialog.getByRole('button', { name: 'Trust the publisher' })).toBeDisabled()
  await dialog.getByLabel('Name').fill('zenith')
  await dialog.getByLabel('Public key').fill('no key at all')
  await dialog.getByRole('button', { name: 'Trust zenith' }).click()
  await expect(dialog.getByRole('alert')).toContainText('KEY_INVALID')
  await dialog.getByLabel('Public key').fill(other.publicKey)
  await dialog.getByRole('button', { name: 'Trust zenith' }).click()
  await expect(dialog).toBeHidden()
  const table = page.getByRole('table', { name: 'Trusted publishers' })
  await expect(table).toContainText('zenith')

  await page.goto(`${node.url}/#/models`)
  await offer(page, other.path)
  await expect(sheet(page)).toContainText('Signature valid.')
  await page.keyboard.press('Escape')

  await page.goto(`${node.url}/#/settings/publishers`)
  await page.getByRole('button', { name: 'Remove zenith' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Trust no longer' }).click()
  await expect(table).not.toContainText('zenith')
  await rm(other.folder, { recursive: true })
})
