/** What answers requests: deployed in another version, stopped, started, undeployed; and what guards a deletion. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeFor: 'deployments' })
test.describe.configure({ mode: 'serial' })
test.beforeAll(({ node }) => node.samplesReady())

const row = (page: Page, name: string) => page.getByRole('grid').getByRole('row').filter({ hasText: name })

test('another version takes the place of the one that answers', async ({ page, node }) => {
  await page.goto(`${node.url}/#/deployments/samples.digits`)
  await page.goto(`${node.url}/#/models/samples.digits?tab=versions`)
  await page.getByRole('grid').getByRole('row').filter({ hasText: '1.1.0' }).click()
  await page.getByRole('link', { name: 'Deploy 1.1.0' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deploy a version' })
  await dialog.getByRole('button', { name: 'Deploy 1.1.0' }).click()
  await expect(dialog).toBeHidden()
  await expect(row(page, 'samples.digits')).toContainText('1.1.0')
  await expect(row(page, 'samples.digits')).toContainText('Ready')
})

test('an answer in the playground stays when the endpoint goes on to another version', async ({
  page,
  node,
}) => {
  const model = 'samples.debian-sections'
  await page.goto(`${node.url}/#/playground?model=${model}`)
  const chosen = page.getByRole('combobox', { name: 'Version' })
  const before = await chosen.inputValue()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result).toContainText('Answered by')
  const { rows } = await node.client.models.versions({ model })
  const served = rows.find(({ endpoints }) => endpoints.length > 0)?.version
  const other = rows.find(({ version }) => version !== served)?.version ?? ''
  await node.client.deployments.deploy({ model, version: other, endpoint: model })
  await expect(chosen).not.toHaveValue(before)
  await expect(result).toContainText(`Answered by${model} ${served}`)
})

test('stopped, started again, and undeployed; each asks first and says what callers will get', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/deployments/samples.digits`)
  await page.getByRole('button', { name: 'Stop 1.1.0' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('503')
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByText('Stopped', { exact: true }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Start 1.1.0' }).click()
  await expect(page.getByText('Ready', { exact: true }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Undeploy' }).click()
  await expect(dialog).toContainText('404')
  await dialog.getByRole('button', { name: 'Undeploy' }).click()
  await expect(page.getByRole('heading', { name: 'Deployments' })).toBeVisible()
  await expect(row(page, 'samples.digits')).toHaveCount(0)
})

test('a model that is deployed cannot be deleted, one that is not can', async ({ page, node }) => {
  await page.goto(`${node.url}/#/models`)
  const remove = async (name: string) => {
    await row(page, name).hover()
    await row(page, name)
      .getByRole('button', { name: /^More for/ })
      .click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
  }
  const dialog = page.getByRole('dialog')
  await remove('samples.breast-cancer')
  await expect(dialog).toContainText('Undeploy it first.')
  await expect(dialog.getByRole('button', { name: /^Delete/ })).toBeDisabled()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await remove('samples.digits')
  await dialog.getByRole('button', { name: /^Delete/ }).click()
  await expect(row(page, 'samples.digits')).toHaveCount(0)
})

test('a byte that changed on the disk is found by a verification', async ({ page, node }) => {
  const { artifacts } = await node.client.models.version({
    model: 'samples.debian-sections',
    version: 'stable',
  })
  const digest = artifacts.find(({ path }) => path.endsWith('.onnx'))?.digest.replace('sha256:', '') ?? ''
  const file = await open(join(node.dataDirectory, 'blobs', 'sha256', digest.slice(0, 2), digest), 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, 100)
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 100)
  await file.close()

  await page.goto(`${node.url}/#/settings/storage`)
  await page.getByRole('button', { name: 'Verify all stored files' }).click()
  await expect(page.getByText('1 version is damaged.')).toBeVisible({ timeout: 20_000 })
  const damage = page.getByRole('table', { name: 'Damaged files' })
  await expect(damage).toContainText('model.onnx')
  await expect(damage).toContainText('changed')
  await page.goto(`${node.url}/#/models`)
  await expect(
    row(page, 'samples.debian-sections').getByLabel('A stored file differs from its digest'),
  ).toBeVisible()
})
