/** A remote engine through the page: added, tested, given a version, gone, and removed. */
import { expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeFor: 'engines' })
test.beforeAll(({ node }) => node.samplesReady())

const model = 'samples.breast-cancer'

test('an engine is added, runs a version, and its state is seen when it goes', async ({
  page,
  node,
  startNode,
}) => {
  test.setTimeout(180_000)
  const remote = await startNode()
  await remote.samplesReady()
  const { secret } = await remote.client.keys.create({ name: 'other node', scopes: ['infer'] })
  const url = (await remote.client.system.status()).serving.url ?? ''

  await page.goto(`${node.url}/#/settings/engines`)
  await expect(page.getByText('All models run on this machine')).toBeVisible()
  await page.getByRole('button', { name: 'Add an engine' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('gpu-box')
  await dialog.getByRole('textbox', { name: 'Address' }).fill('http://models.acme.example')
  await dialog.getByRole('textbox', { name: 'Model' }).fill(model)
  await dialog.getByLabel('Token', { exact: true }).fill(secret)
  await dialog.getByRole('button', { name: 'Add the engine' }).click()
  await expect(dialog.getByRole('alert')).toContainText('not encrypted')
  await expectNoViolations(page, 'the dialog of an engine')
  await dialog.getByRole('textbox', { name: 'Address' }).fill(url)
  await dialog.getByRole('button', { name: 'Add the engine' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Test gpu-box' }).click()
  await expect(page.getByText('gpu-box is ready')).toBeVisible()
  const row = page.getByRole('row', { name: /gpu-box/ })
  await expect(row.getByText('Ready', { exact: true })).toBeVisible({ timeout: 20_000 })

  await page.getByRole('button', { name: 'Change gpu-box' }).click()
  await dialog.getByLabel('Timeout in milliseconds').fill('20000')
  await expectNoViolations(page, 'the dialog of an engine that is changed')
  await dialog.getByRole('button', { name: 'Change the engine' }).click()
  await expect(dialog).toBeHidden()
  expect(await node.client.engines.list()).toMatchObject([{ url, hasToken: true, timeoutMs: 20_000 }])

  await node.client.deployments.deploy({ model, version: 'stable', executionProvider: 'remote:gpu-box' })
  await page.goto(`${node.url}/#/deployments/${model}`)
  await expect(page.getByText('remote engine gpu-box').first()).toBeVisible()

  await remote.stop()
  await page.goto(`${node.url}/#/settings/engines`)
  await expect(row.getByText('Unreachable')).toBeVisible({ timeout: 30_000 })
  await expect(row.getByText('Circuit open')).toBeVisible({ timeout: 30_000 })
  await expectNoViolations(page, 'an engine that is gone')
  await page.getByRole('button', { name: 'Test gpu-box' }).click()
  await expect(page.getByRole('alert')).toContainText('gpu-box is not ready')
  await page.getByRole('button', { name: 'Remove gpu-box' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove gpu-box' }).click()
  await expect(page.getByRole('dialog')).toContainText(model)

  await node.client.deployments.deploy({ model, version: 'stable', executionProvider: 'cpu' })
  await page.getByRole('dialog').getByRole('button', { name: 'Remove gpu-box' }).click()
  await expect(page.getByText('All models run on this machine')).toBeVisible()
})
