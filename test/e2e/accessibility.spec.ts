/** WCAG 2.2 AA by axe on every route with data, in both themes; no page scrolls sideways at 1280, nor at 320. */
import { expectAccessible, expectNoSidewaysScroll, expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'

const work = [
  '/',
  '/models',
  '/models?search=nothing-is-called-this',
  '/models/samples.digits',
  '/models/samples.digits?tab=versions',
  '/models/samples.digits?tab=files',
  '/models/samples.digits?tab=schema',
  '/models/samples.digits?tab=validation',
  '/models/acme.missing',
  '/playground?model=samples.digits',
  '/playground?model=samples.breast-cancer',
  '/playground?model=samples.debian-sections',
  '/playground?model=acme.missing',
]
const operate = [
  '/package',
  '/deployments',
  '/deployments?dialog=deploy&model=samples.digits',
  '/deployments/samples.digits',
  '/deployments/acme.missing',
  '/requests',
  '/alerts',
  '/licenses',
  '/licenses?model=nothing-is-called-this',
  '/licenses?dialog=import',
  '/licenses?dialog=request',
  '/licenses?explain=samples.wine@latest',
  '/licenses?tab=usage',
  '/licenses?tab=refusals',
  '/licenses?tab=notices',
  '/licenses?tab=what-if',
  '/licenses?tab=site',
  '/issuing',
  '/help/licensing',
  '/help/license-limits',
  '/jobs',
]
const settings = [
  '/settings/keys',
  '/settings/publishers',
  '/settings/publisher',
  '/settings/webhooks',
  '/settings/mail',
  '/settings/engines',
  '/settings/appearance',
  '/settings/samples',
  '/settings/storage',
  '/settings/node',
  '/settings/access',
  '/nowhere',
]
const steps = ['source', 'inspect', 'schema', 'version', 'card', 'license', 'test', 'review', 'build']

// Many pages a test: loading the product once for each would take longer than what is looked at.
test.setTimeout(120_000)
test.use({ viewport: { width: 1280, height: 800 } })
test.beforeAll(async ({ node }) => {
  await node.samplesReady()
  const { examples } = await node.client.models.version({ model: 'samples.digits', version: 'stable' })
  await node.client.playground.infer({ model: 'samples.digits', inputs: examples[0]?.inputs })
})

test('models and the playground', ({ page, node }) => expectAccessible(page, node.url, work))

test('operation', ({ page, node }) => expectAccessible(page, node.url, operate))

test('settings', ({ page, node }) => expectAccessible(page, node.url, settings))

test('every step of the wizard', async ({ page, node }) => {
  const { id } = await node.client.drafts.create({ handles: [], basedOn: 'samples.digits' })
  const addresses = steps.map((step) => `/package/${id}?step=${step}`)
  await expectAccessible(page, node.url, addresses)
  await node.client.drafts.remove({ id })
})

test('what floats: the palette, the shortcuts, the install sheet', async ({ page, node }) => {
  for (const keys of ['Control+k', '?', 'Control+o']) {
    await page.goto(`${node.url}/#/jobs`)
    await page.getByRole('heading', { name: 'Jobs' }).waitFor()
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog')).toBeVisible()
    await expectNoViolations(page, keys)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
  }
})

test.describe('at 320 pixels', () => {
  test.use({ viewport: { width: 320, height: 640 } })
  test('every page flows into one column', ({ page, node }) =>
    expectNoSidewaysScroll(page, node.url, [...work, ...operate, ...settings]))
})
