/** When something is missing: nothing installed, the node away, its serving process gone. Each says so and comes back. */
import { logIn } from '../support/built-node.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'] })

const emptyStates = {
  '/': 'Install the sample models',
  '/models': 'Installed models will be listed here',
  '/playground': 'A model that is installed here can be tried here',
  '/package': 'Packages that are being made will be listed here',
  '/deployments': 'Deployed versions will be listed here',
  '/requests': 'Requests will be listed here',
  '/jobs': 'will be listed here',
  '/settings/keys': 'Keys for programs will be listed here',
}

test('a node without a model says on every screen what will be there', async ({ page, node }) => {
  for (const [address, words] of Object.entries(emptyStates)) {
    await page.goto(`${node.url}/#${address}`)
    await expect.soft(page.getByRole('main'), address).toContainText(words)
  }
})

test('a node that is killed under the page is named unreachable, and found again', async ({
  browser,
  startNode,
}) => {
  const node = await startNode(['--no-samples'])
  const context = await browser.newContext()
  await logIn(context, node, await node.enter())
  const page = await context.newPage()
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByText('Connected')).toBeVisible()
  await node.kill()
  const banner = page.getByRole('alert').filter({ hasText: 'The node does not answer.' })
  await expect(banner).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('Unreachable')).toBeVisible()
  await expect(page.getByRole('contentinfo')).toContainText('Not known whether it serves')
  await expect(page.getByText('Installed models will be listed here'), 'what was known stays').toBeVisible()
  await node.restart()
  await expect(banner).toBeHidden({ timeout: 20_000 })
  await expect(page.getByText('Connected')).toBeVisible()
  await context.close()
})

test('a serving process that dies is seen in the status bar, and is back by itself', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/settings/node`)
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('Serving')
  const restarts = page.getByRole('region', { name: 'Serving process' })
  await expect(restarts).toContainText(/Restarts\s*0/)
  await node.killServing()
  await expect(restarts).toContainText(/Restarts\s*1/, { timeout: 20_000 })
  await expect(status.getByText('Serving', { exact: true })).toBeVisible({ timeout: 20_000 })
})
