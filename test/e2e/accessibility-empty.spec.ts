/** WCAG 2.2 AA where a node has nothing yet, where it refuses everything, and before anybody is known. */
import { expectAccessible } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

const routes = ['/', '/models', '/playground', '/package', '/deployments', '/requests', '/jobs']

// Many pages a test: loading the product once for each would take longer than what is looked at.
test.setTimeout(120_000)
test.use({ nodeArguments: ['--no-samples'], viewport: { width: 1280, height: 800 } })

test('every screen without a model', ({ page, node }) =>
  expectAccessible(page, node.url, [...routes, '/settings/keys', '/settings/samples']))

test('every screen of a node that fails', async ({ page, node }) => {
  const failure = {
    code: 'INTERNAL',
    title: 'Something failed',
    status: 500,
    detail: 'The disk cannot be read.',
  }
  // The login still answers: whoever is not known sees no screen at all.
  await page.route(/\/api\/(?!login)/, (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(failure) }),
  )
  await page.goto(`${node.url}/#/jobs`)
  await expect(page.getByText('The jobs could not be loaded.')).toBeVisible()
  await expectAccessible(page, node.url, [...routes, '/models/acme.digits', '/settings/keys'])
})

test('the way in', async ({ page, node }) => {
  await page.context().clearCookies()
  await expectAccessible(page, node.url, ['/login', '/claim?token=some-token', '/claim'])
})
