/** Alerts through the page: a rule is added, fires, and is removed; a webhook is added, tried and told. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeFor: 'alerts' })
test.describe.configure({ mode: 'serial' })
test.beforeAll(({ node }) => node.samplesReady())

const model = 'samples.breast-cancer'
const received: string[] = []
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    received.push(body)
    response.writeHead(204).end()
  })
})
test.beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)))
test.afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
})

test('a webhook is added with a secret that is shown once, and tried', async ({ page, node }) => {
  await page.goto(`${node.url}/#/settings/webhooks`)
  await page.getByRole('button', { name: 'Add a webhook' }).first().click()
  const dialog = page.getByRole('dialog')
  const { port } = receiver.address() as AddressInfo
  await dialog.getByRole('textbox', { name: 'Address' }).fill(`http://127.0.0.1:${port}/hook`)
  await dialog.getByRole('button', { name: 'Add the webhook' }).click()
  await expect(dialog).toContainText('whsec_')
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Test' }).click()
  await expect(page.getByText('The webhook took the message')).toBeVisible()
  expect(received[0]).toContain('webhook.test')
})

test('a rule fires, stands on the page, at the deployment and in the rail, and its webhook is told', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/alerts`)
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'What is watched' }).click()
  await page.getByRole('option', { name: 'Latency, p95' }).click()
  await dialog.getByRole('textbox', { name: 'Fires above' }).fill('0')
  await dialog.getByRole('textbox', { name: 'From so many on' }).fill('5')
  await dialog.getByRole('button', { name: 'Add the rule' }).click()
  await expect(dialog).toBeHidden()
  const { examples } = await node.client.models.version({ model, version: 'stable' })
  for (let asked = 0; asked < 25; asked++)
    await node.client.playground.infer({ model, inputs: examples[asked % examples.length]?.inputs })

  const alerts = page.getByRole('table', { name: 'Alerts' }).getByRole('row')
  await expect(alerts.filter({ hasText: model })).toContainText('Firing')
  await expect(page.getByRole('link', { name: /^Alerts 1/ })).toBeVisible()
  await expectNoViolations(page, 'an alert that fires')
  await expect.poll(() => received.some((body) => body.includes('alert.firing'))).toBe(true)

  await page.goto(`${node.url}/#/deployments/${model}`)
  await expect(page.getByText(/p95 is .* the rule says 0 ms/)).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Drift' })).toBeVisible()
})

test('a rule that is removed resolves what it had firing', async ({ page, node }) => {
  await page.goto(`${node.url}/#/alerts`)
  await page.getByRole('button', { name: 'Remove the rule on Latency, p95' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the rule' }).click()
  const alerts = page.getByRole('table', { name: 'Alerts' }).getByRole('row')
  await expect(alerts.filter({ hasText: model })).toContainText('Resolved')
  await expect.poll(() => received.some((body) => body.includes('alert.resolved'))).toBe(true)
})
