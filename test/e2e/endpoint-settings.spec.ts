/** The rules that an endpoint's traffic goes by and how it is hosted, changed on its page; axe looks at both dialogs. */
import type { Page } from '@playwright/test'
import { expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeFor: 'endpoint settings', viewport: { width: 1280, height: 800 } })
test.describe.configure({ mode: 'serial' })
test.beforeAll(({ node }) => node.samplesReady())

const endpoint = 'samples.breast-cancer'
const open = (page: Page, url: string) => page.goto(`${url}/#/deployments/${endpoint}`)

test('traffic rules are checked at the field, told in words, and saved as one change', async ({
  page,
  node,
}) => {
  await open(page, node.url)
  await page.getByRole('button', { name: 'Edit rules' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Threshold' }).fill('2')
  await dialog.getByRole('textbox', { name: 'Within, s' }).fill('0')
  await expect(dialog.getByText('At least 1.')).toBeVisible()
  const apply = dialog.getByRole('button', { name: 'Apply the rules' })
  await expect(apply).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Within, s' }).fill('30')
  await dialog.getByRole('switch', { name: 'Keep answers by version and input' }).check()
  await expect(dialog.getByRole('region', { name: 'In words' })).toContainText('more than 2 % fail in 30 s')
  await expectNoViolations(page, 'the rules')
  await apply.click()
  await expect(dialog).toBeHidden()
  const rules = page.getByRole('region', { name: 'Traffic rules' })
  await expect(rules).toContainText('more than 2 % fail in 30 s')
  await expect(rules).toContainText('answers are kept for 300 s')
  const row = (await node.client.deployments.list()).find((one) => one.endpoint === endpoint)
  expect(row?.policy.rollback).toEqual([
    { metric: 'error-rate', threshold: 0.02, windowSeconds: 30, requestsMin: 20 },
  ])
})

test('what goes on is drawn, and told in a table beside it', async ({ page, node }) => {
  await page.goto(`${node.url}/#/deployments/samples.digits`)
  const latency = page.getByRole('figure').filter({ hasText: 'Latency p50, ms' })
  await expect(latency, 'no axes without a value').toHaveText(/Nothing measured yet/)
  await expect(
    page.getByRole('figure').filter({ hasText: 'Requests waiting' }).locator('canvas'),
  ).toBeVisible()
  const { examples } = await node.client.models.version({ model: 'samples.digits', version: 'stable' })
  await node.client.playground.infer({ model: 'samples.digits', inputs: examples[0]?.inputs })
  await expect(page.locator('figure canvas')).toHaveCount(7)
  await page.getByText('As a table').click()
  await expect(page.getByRole('table', { name: 'Figures of samples.digits' })).toContainText('2.0.0')
})

test('threads are measured again, and the device is changed where it stands', async ({ page, node }) => {
  await open(page, node.url)
  await page.getByRole('button', { name: 'Tune again' }).click()
  await expect(page.getByText(`${endpoint} is tuned`)).toBeVisible()
  await page.getByRole('button', { name: 'Edit hosting' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Device' }).click()
  await page.getByRole('option', { name: 'CPU' }).click()
  await dialog.getByRole('button', { name: 'Apply the settings' }).click()
  await expect(dialog).toBeHidden()
  const row = (await node.client.deployments.list()).find((one) => one.endpoint === endpoint)
  expect(row).toMatchObject({ state: 'ready', settings: { executionProvider: 'cpu' } })
})

test('hosting is changed while the endpoint goes on', async ({ page, node }) => {
  await open(page, node.url)
  await page.getByRole('button', { name: 'Edit hosting' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Largest batch, rows' }).fill('16')
  await dialog.getByRole('textbox', { name: 'Target p99, ms' }).fill('25.5')
  await expectNoViolations(page, 'hosting')
  await dialog.getByRole('button', { name: 'Apply the settings' }).click()
  await expect(dialog).toBeHidden()
  const row = (await node.client.deployments.list()).find((one) => one.endpoint === endpoint)
  expect(row?.settings).toMatchObject({ maxBatchSize: 16, p99TargetMs: 25.5, intraOpThreads: null })
})

test('a shadow shows how far its answers are from those that were sent', async ({ page, node }) => {
  await node.client.deployments.deploy({
    model: endpoint,
    version: '1.0.0',
    endpoint,
    strategy: 'shadow',
    executionProvider: 'cpu',
  })
  await open(page, node.url)
  const card = page.getByRole('region', { name: /^Shadow 1\.0\.0/ })
  await expect(card).toContainText('No request was copied to it yet.')
  const { examples } = await node.client.models.version({ model: endpoint, version: 'stable' })
  await node.client.playground.infer({ model: endpoint, inputs: examples[0]?.inputs })
  await expect(card.getByRole('table')).toContainText('Largest difference')
  await expectNoViolations(page, 'a shadow')
})

test('a key is made with a number of requests a minute', async ({ page, node }) => {
  await page.goto(`${node.url}/#/settings/keys`)
  await page.getByRole('button', { name: 'Create a key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('ci')
  await dialog.getByRole('textbox', { name: 'Requests a minute' }).fill('600')
  await dialog.getByRole('button', { name: 'Create the key' }).click()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(dialog).toBeHidden()
  expect((await node.client.keys.list({})).rows[0]).toMatchObject({ name: 'ci', requestsPerMinute: 600 })
})
