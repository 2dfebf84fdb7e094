/** Where the system chooses the colours and drops backgrounds, what is chosen still differs, and the focus from it. */
import type { Locator } from '@playwright/test'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'] })

const outline = (place: Locator) =>
  place.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return outlineStyle === 'none' ? 'none' : outlineWidth
  })

test('the chosen section has a frame, another one the focus, and a tick is seen', async ({ page, node }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(`${node.url}/#/settings/keys`)
  const sections = page.getByRole('navigation', { name: 'Sections of the settings' })
  const chosen = sections.getByRole('link', { name: 'API keys' })
  await expect.poll(() => outline(chosen)).toBe('1px')
  expect(await outline(sections.getByRole('link', { name: 'Mail' }))).toBe('none')
  await page.keyboard.press('Tab')
  await chosen.focus()
  await expect.poll(() => outline(chosen)).toBe('2px')

  await page.getByRole('button', { name: 'Create a key' }).first().click()
  const box = (name: string) =>
    page.getByRole('checkbox', { name }).evaluate((element) => getComputedStyle(element).backgroundColor)
  await expect.poll(() => box('infer')).not.toBe(await box('read'))
})
