/**
 * The pictures that the README shows, of a node at work. They are rewritten only where OUTPOST_SCREENSHOTS is set, since
 * times and ports differ from run to run; without it the pages are shown all the same.
 */
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { draw, strokesOf } from '../support/digits.ts'
import { expect, test } from '../support/page-node.ts'

const folder = join(import.meta.dirname, '../../resources/screenshots')

test.use({ viewport: { width: 1280, height: 720 } })
test.describe.configure({ mode: 'serial' })

async function picture(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({
    animations: 'disabled',
    ...(process.env.OUTPOST_SCREENSHOTS && { path: join(folder, `${name}.png`) }),
  })
  expect(picture.length, 'small enough for a repository').toBeLessThan(200_000)
}

test.beforeAll(async ({ node }) => {
  const { client } = node
  await node.samplesReady()
  await client.deployments.deploy({ model: 'samples.digits', version: '1.1.0', endpoint: 'digits-before' })
  const models = ['samples.digits', 'samples.breast-cancer', 'samples.debian-sections']
  for (const model of models) {
    const { examples } = await client.models.version({ model, version: 'stable' })
    for (const { inputs } of [...examples, ...examples, ...examples])
      await client.playground.infer({ model, inputs })
  }
  await client.deployments.stop({ endpoint: 'digits-before' })
})

test('deployments in the light theme', async ({ page, node }) => {
  await page.setViewportSize({ width: 1280, height: 560 })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${node.url}/#/deployments`)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(5)
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
  await picture(page, 'deployments-light')
})

test('the playground in the dark theme', async ({ page, node }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${node.url}/#/playground?model=samples.digits`)
  await page.getByText('Draw', { exact: true }).click()
  await draw(page, page.getByRole('img', { name: /Pad to draw/ }), strokesOf['4'])
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Result' }).getByRole('listitem').first()).toContainText(/^4/)
  await page.mouse.move(0, 0)
  await picture(page, 'playground-dark')
})
