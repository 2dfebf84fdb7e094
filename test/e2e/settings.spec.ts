/** Keys for programs, and how the page looks: what is shown once, what takes effect at once, what is kept. */
import { expect, test } from '../support/page-node.ts'

test('a key is shown once, opens the door it is for, and is refused once it is revoked', async ({
  page,
  node,
}) => {
  await node.samplesReady()
  await page.goto(`${node.url}/#/settings/keys`)
  await page.getByRole('button', { name: 'Create a key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('nightly batch')
  await dialog.getByRole('button', { name: 'Create the key' }).click()
  await expect(dialog).toContainText('It is shown this once')
  const secret = (await dialog.locator('pre, code').first().innerText()).trim()
  await page.keyboard.press('Escape')
  await expect(dialog, 'a secret is not lost by a stray key').toBeVisible()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(dialog).toBeHidden()
  await page.reload()
  const table = page.getByRole('table', { name: 'API keys' })
  await expect(table).toContainText('nightly batch')
  expect(await page.content()).not.toContain(secret)

  const ask = () =>
    fetch(`${node.servingUrl}/v2/models/samples.digits`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await ask()).status).toBe(200)
  await page.getByRole('button', { name: 'Revoke nightly batch' }).click()
  await dialog.getByRole('button', { name: 'Revoke nightly batch' }).click()
  await expect(table.getByRole('row').filter({ hasText: 'nightly batch' })).toContainText('Revoked')
  await expect.poll(async () => (await ask()).status).toBe(401)
})

test('the theme is chosen, painted at once, and kept without a flash', async ({ page, node }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${node.url}/#/settings/appearance`)
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await expect.poll(background).toBe('rgb(246, 247, 248)')
  await page.getByText('Dark', { exact: true }).click()
  await expect.poll(background).toBe('rgb(15, 21, 27)')
  await page.reload()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  expect(await background()).toBe('rgb(15, 21, 27)')
})

test('rows become lower where less room is wanted', async ({ page, node }) => {
  await node.samplesReady()
  await page.goto(`${node.url}/#/settings/appearance`)
  await page.getByText('Compact', { exact: true }).click()
  await page.goto(`${node.url}/#/models`)
  const first = page.getByRole('grid').getByRole('row').nth(1)
  await expect.poll(async () => (await first.boundingBox())?.height).toBe(26)
})
