/** Several versions behind one endpoint, through the page: a canary comes, grows, is promoted, and the way back. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeFor: 'traffic' })
test.describe.configure({ mode: 'serial' })
test.beforeAll(({ node }) => node.samplesReady())

const endpoint = 'samples.breast-cancer'
const versions = (page: Page) => page.getByRole('table', { name: `Versions of ${endpoint}` }).getByRole('row')
const open = (page: Page, url: string) => page.goto(`${url}/#/deployments/${endpoint}`)

test('a canary is added, answers 5 %, and its share is shifted', async ({ page, node }) => {
  await open(page, node.url)
  await page.getByRole('button', { name: 'Add a version' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/It answers 5 % of the API keys .* A key stays on one version/)).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Version' }).click()
  await page.getByRole('option', { name: /^1\.0\.0/ }).click()
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(versions(page).filter({ hasText: '1.0.0' })).toContainText('5 %')
  await versions(page).filter({ hasText: '1.0.0' }).getByRole('button', { name: 'Shift' }).click()
  const share = dialog.getByRole('textbox', { name: /Share/ })
  await expect(share).toBeFocused()
  await share.fill('250')
  await share.press('Enter')
  await expect(dialog.getByText('From 0 to 100')).toBeVisible()
  await expect(share, 'nobody asked for another number').toHaveValue('250 %')
  await share.fill('30')
  await share.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(versions(page).filter({ hasText: '1.0.0' })).toContainText('30 %')
  await expect(page.getByText(/1\.1\.0.* answers 70 %/)).toBeVisible()
})

test('the tester names the version that a key goes to, and the rule', async ({ page, node }) => {
  await open(page, node.url)
  await page.getByRole('textbox', { name: 'Key' }).fill('ci')
  await page.getByRole('button', { name: 'Ask' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'by split, bucket' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Session' }).fill('42')
  await page.getByRole('button', { name: 'Ask' }).click()
  await expect(page.getByText(/The session is not used/)).toBeVisible()
})

test('promoted, it answers all; rolled back, the one before does', async ({ page, node }) => {
  await open(page, node.url)
  await versions(page).filter({ hasText: '1.0.0' }).getByRole('button', { name: 'Promote' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('will answer all requests')
  await dialog.getByRole('button', { name: /^Promote/ }).click()
  await expect(dialog).toBeHidden()
  await expect(versions(page).filter({ hasText: 'Primary' })).toContainText('1.0.0')
  await page.getByRole('button', { name: 'Roll back' }).click()
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await expect(dialog).toBeHidden()
  await expect(versions(page).filter({ hasText: 'Primary' })).toContainText('1.1.0')
  const changes = page.getByRole('table', { name: `Changes of ${endpoint}` })
  await expect(changes.getByRole('row').filter({ hasText: 'Canary' })).toContainText('Complete')
})

test('a version is deprecated, which its page says, and that is taken back', async ({ page, node }) => {
  await page.goto(`${node.url}/#/models/${endpoint}?version=1.0.0`)
  const choose = async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Deprecate' }).click()
  }
  await choose()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Sunset date').fill('2099-12-31')
  await dialog.getByRole('button', { name: /^Deprecate/ }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/is supported until/)).toBeVisible()
  await choose()
  await dialog.getByRole('button', { name: 'Take the deprecation back' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/is supported until/)).toHaveCount(0)
})
