/** A person who has just come: the link, the samples, a first prediction, and the record of it. */
import { expect, test } from '../support/page-node.ts'

test('the one-time link asks for a password and leads in; used again it says so', async ({
  browser,
  node,
}) => {
  // A link of its own: the one that the console printed is used up by the other tests.
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${node.url}/#/claim?token=never-issued`)
  await page.getByLabel('New password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: /set/i }).click()
  await expect(page.getByText('LOGIN_LINK_INVALID')).toBeVisible()
  await context.close()
})

test('nobody sees the node without a login', async ({ browser, node }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByRole('button', { name: /log in/i })).toBeVisible()
  await context.close()
})

test('a first prediction from a sample, and its record', async ({ page, node }) => {
  await node.samplesReady()
  await page.goto(`${node.url}/`)
  await page
    .getByRole('link', { name: 'Open a sample in the playground' })
    .or(page.getByRole('button', { name: 'Open a sample in the playground' }))
    .click()
  await expect(page.getByRole('heading', { name: 'Playground' })).toBeVisible()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result.getByText('Answered by')).toBeVisible()

  await page.goto(`${node.url}/#/requests`)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2)
})
