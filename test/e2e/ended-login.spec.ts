/** A login that ends elsewhere ends on the page too; and a list that is longer than a page grows by the next one. */
import { expect, settled, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'], nodeFor: 'ended-login' })
test.describe.configure({ mode: 'serial' })

test('a hundred and twenty keys are a page and the rest of it', async ({ page, node }) => {
  for (let at = 0; at < 120; at++) await node.client.keys.create({ name: `key ${at}`, scopes: ['infer'] })
  await page.goto(`${node.url}/#/settings/keys`)
  await settled(page)
  const rows = page.getByRole('table', { name: 'API keys' }).getByRole('row')
  await expect(rows).toHaveCount(101)
  await expect(page.getByText('100 of 120')).toBeVisible()
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(rows).toHaveCount(121)
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0)
})

test('a page whose login is ended elsewhere shows the login', async ({ page, node }) => {
  await page.goto(`${node.url}/#/models`)
  await settled(page)
  await node.client.login.setPassword({ next: 'correct horse battery staple' })
  await expect(page.getByRole('heading', { name: /log in/i })).toBeVisible({ timeout: 15_000 })
  await expect(page).toHaveURL(/#\/login/)
})
