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

test('a key is rotated: the old secret is good for as long as was chosen, or ends at once', async ({
  page,
  node,
}) => {
  await node.samplesReady()
  const { secret: first } = await node.client.keys.create({ name: 'turned', scopes: ['infer'] })
  const statusOf = async (secret: string) => {
    const headers = { authorization: `Bearer ${secret}` }
    return (await fetch(`${node.servingUrl}/v2/models/samples.digits`, { headers })).status
  }
  await page.goto(`${node.url}/#/settings/keys`)
  const table = page.getByRole('table', { name: 'API keys' })
  const dialog = page.getByRole('dialog')
  const rotate = async (secret: string, overlap: string) => {
    await table.getByRole('button', { name: `Rotate turned, ${secret.slice(0, 10)}` }).click()
    await expect(dialog).toContainText('What it is called and what it may do stay as they are')
    await dialog.getByRole('combobox', { name: 'The old secret stays good for' }).click()
    await page.getByRole('option', { name: overlap }).click()
    await dialog.getByRole('button', { name: 'Rotate the key' }).click()
    await expect(dialog).toContainText('It is shown this once')
    const next = (await dialog.locator('pre, code').first().innerText()).trim()
    await page.keyboard.press('Escape')
    await expect(dialog, 'a secret is not lost by a stray key').toBeVisible()
    return next
  }
  const second = await rotate(first, 'One week')
  await expect(dialog).toContainText(/is good until/)
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
  const third = await rotate(second, 'It ends at once')
  await expect(dialog).toContainText('is refused from now on')
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  expect([await statusOf(second), await statusOf(third)]).toEqual([401, 200])
  const revoked = table.getByRole('row').filter({ hasText: second.slice(0, 10) })
  await expect(revoked).toContainText('Revoked')
  await expect(revoked.getByRole('button')).toHaveCount(0)
})

test('what is reported hides neither the status bar nor a row for good, and does not follow to other pages', async ({
  page,
  node,
}) => {
  for (let at = 0; at < 20; at++)
    await node.client.keys.create({ name: `one of many ${at}`, scopes: ['read'] })
  await page.goto(`${node.url}/#/settings/keys`)
  await page.getByRole('button', { name: 'Revoke one of many 19' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke one of many 19' }).click()
  const report = page.getByRole('alert').filter({ hasText: 'one of many 19 is revoked' })
  await report.hover() // it stays as long as one reads
  const box = async (of: typeof report) => {
    const { y = 0, height = 0 } = (await of.boundingBox()) ?? {}
    return { top: y, bottom: y + height }
  }
  expect((await box(report)).bottom).toBeLessThanOrEqual((await box(page.getByRole('contentinfo'))).top)
  const last = page.getByRole('table', { name: 'API keys' }).getByRole('row').last()
  await expect
    .poll(async () => {
      await page.locator('#main').evaluate((main) => main.scrollTo(0, main.scrollHeight))
      return (await box(last)).bottom <= (await box(report)).top
    })
    .toBe(true)
  let gone = 0
  await expect
    .poll(async () => {
      await page.goto(`${node.url}/#/${gone++ % 2 === 0 ? 'models' : 'jobs'}`)
      return await report.count()
    })
    .toBe(0)
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
