/** A person who has just come: the link, the password, the samples, a first prediction, and the record of it. */
import { expect, test } from '../support/page-node.ts'

test('from the printed link to a first prediction, its record, and back in with the password', async ({
  browser,
  startNode,
}) => {
  const node = await startNode()
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(node.loginLink)
  await page.getByLabel('New password', { exact: true }).fill('correct horse battery')
  await page.keyboard.press('Tab')
  const eye = page.getByRole('button', { name: 'Show the new password' })
  await expect(eye).toBeFocused()
  await eye.press('Enter')
  await expect(page.getByLabel('New password', { exact: true })).toHaveAttribute('type', 'text')
  await page.getByRole('button', { name: 'Set the password and log in' }).click()

  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  expect(page.url(), 'the token does not stay in the address').not.toContain('token')
  await page.getByRole('button', { name: 'Skip', exact: true }).click()
  const list = page.getByRole('region', { name: 'Set up' })
  await expect(list.getByRole('link', { name: 'Make a first prediction' })).toBeVisible()
  // The samples come by themselves on the first start; one that is there can be tried while the others are on their way.
  await page.getByRole('button', { name: 'Open a sample in the playground' }).click({ timeout: 40_000 })

  await expect(page.getByRole('heading', { name: 'Playground' })).toBeVisible()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result).toContainText(/Answered by\s*samples\.[a-z-]+ \d+\.\d+\.\d+/)
  await expect(result).toContainText(/sha256:[0-9a-f]{4}…[0-9a-f]{4}/)
  await expect(result).toContainText(/Compute\s*[\d.]+ ms/)

  await page.getByRole('link', { name: 'Requests' }).click()
  const request = page.getByRole('grid').getByRole('row').nth(1)
  await expect(request).toContainText('samples.')
  await expect(request).toContainText('200')

  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await expect(list.getByRole('link', { name: 'Make a first prediction' })).toHaveCount(0)
  await expect(list).toContainText('Make a first prediction')

  await page.goto(`${node.url}/#/settings/access`)
  await page.getByRole('button', { name: 'Log out' }).click()
  // The settings have a card of the name that the field of the login has.
  await expect(page.getByRole('heading', { name: 'Log in to this node' })).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill('wrong horse battery')
  await page.getByRole('button', { name: /log in/i }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: /log in/i }).click()
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  await context.close()
})

test('a link that is not good says so at once, and the page without its token how to go on', async ({
  browser,
  startNode,
}) => {
  const node = await startNode(['--no-samples'])
  const context = await browser.newContext()
  const page = await context.newPage()
  const password = page.getByLabel('New password', { exact: true })
  await page.goto(node.loginLink)
  await expect(password).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Open the link once more' })).toBeVisible()
  await page.goto(node.loginLink)
  await page.getByRole('button', { name: 'Log in without a password' }).click()
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  for (const link of [node.loginLink, `${node.url}/#/claim?token=never-issued`]) {
    await page.goto(link)
    await expect(page.getByText('LOGIN_LINK_INVALID')).toBeVisible()
    await expect(password).toHaveCount(0)
  }
  await page.getByRole('link', { name: 'Log in with the password' }).click()
  await expect(page.getByRole('heading', { name: 'Log in to this node' })).toBeVisible()
  await context.close()
})

test('nobody sees the node without a login', async ({ browser, node }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByRole('button', { name: /log in/i })).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Screens' })).toHaveCount(0)
  await context.close()
})
