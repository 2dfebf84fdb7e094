/** WCAG 2.2 AA by axe on every route, in both themes, with data and without; and no page that scrolls sideways at 1280. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/page-node.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

const routes = [
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
  '/package',
  '/deployments',
  '/deployments/samples.digits',
  '/requests',
  '/jobs',
  '/settings',
  '/nowhere',
]

async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForLoadState('networkidle').catch(() => undefined) // the stream of events never ends
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

test.use({ viewport: { width: 1280, height: 800 } })

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    for (const route of routes) {
      test(`${route} has no violation`, async ({ page, node }) => {
        await node.samplesReady()
        await visit(page, `${node.url}/#${route}`)
        const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
        ).toEqual([])
        const sideways = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(sideways).toBeLessThanOrEqual(0)
      })
    }
  })
}
