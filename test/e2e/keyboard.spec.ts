/** Everything without a mouse: the palette, the shortcuts, tables, and dialogs that give the focus back. */
import { expect, test } from '../support/page-node.ts'

test.beforeEach(async ({ page, node }) => {
  await node.samplesReady()
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(5)
})

test('the palette finds commands and models by typing', async ({ page }) => {
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Search or run a command' })
  await expect(palette.getByRole('textbox')).toBeFocused()
  await page.keyboard.type('dark theme')
  await expect(palette.getByRole('button')).toHaveText([/Use the dark theme/])
  await page.keyboard.press('Enter')
  await expect(palette).toBeHidden()
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')

  await page.getByPlaceholder('Search models').focus()
  await page.keyboard.press('Control+k')
  await expect(palette.getByRole('textbox')).toBeFocused()
  await page.keyboard.type('handwritten')
  await expect(palette.getByText('samples.digits')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Handwritten digits' })).toBeVisible()
})

test('sequences go to every screen, and rest while something is typed', async ({ page }) => {
  const places = {
    h: 'Home',
    p: 'Playground',
    k: 'Package',
    d: 'Deployments',
    r: 'Requests',
    j: 'Jobs',
    s: 'Settings',
  }
  for (const [key, name] of Object.entries(places)) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  }
  await page.keyboard.press('Control+2')
  await page.keyboard.press('/')
  await page.keyboard.type('g d')
  await expect(page.getByPlaceholder('Search models')).toHaveValue('g d')
  await expect(page).toHaveURL(/#\/models/)
})

test('Escape empties the search, also before it has been looked for', async ({ page }) => {
  const search = page.getByPlaceholder('Search models')
  await page.keyboard.press('/')
  await page.keyboard.type('handwritten')
  await expect(page).toHaveURL(/search=handwritten/)
  await page.keyboard.press('Escape')
  await expect(search).toHaveValue('')
  await expect(page).not.toHaveURL(/search=/)
  await page.keyboard.type('wine')
  await page.keyboard.press('Escape')
  await expect(search).toHaveValue('')
  await expect(search).toBeFocused()
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(5)
})

test('a table: one stop, arrows move, the row opens, its actions and back', async ({ page }) => {
  const rows = page.getByRole('grid').getByRole('row')
  await rows.nth(1).focus()
  await page.keyboard.press('j')
  await expect(rows.nth(2)).toBeFocused()
  await page.keyboard.press('End')
  await expect(rows.nth(4)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(rows.nth(4).getByRole('link', { name: /^Try/ })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(rows.nth(4)).toBeFocused()
  await page.keyboard.press('Home')
  const title = (await rows.nth(1).innerText()).split('\n')[0] ?? ''
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
})

const openers: readonly { at: string; opener: string | RegExp }[] = [
  { at: '/models', opener: 'Import a package' },
  { at: '/deployments', opener: 'Deploy a version' },
  { at: '/deployments/samples.digits', opener: /^Stop / },
  { at: '/deployments/samples.digits', opener: 'Add a version' },
  { at: '/deployments/samples.digits', opener: 'Edit rules' },
  { at: '/alerts', opener: 'Add a rule' },
  { at: '/licenses', opener: 'Import a license' },
  { at: '/licenses', opener: 'Explain' },
  { at: '/issuing', opener: 'Issue a license' },
  { at: '/issuing', opener: 'Certify a key' },
  { at: '/settings/keys', opener: 'Create a key' },
  { at: '/settings/publishers', opener: 'Trust a publisher' },
  { at: '/settings/publisher', opener: 'Export the key' },
  { at: '/settings/publisher', opener: 'Import a key' },
  { at: '/settings/publisher', opener: 'Rotate the key' },
  { at: '/settings/webhooks', opener: 'Add a webhook' },
  { at: '/settings/engines', opener: 'Add an engine' },
]

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`dialogs take the focus, close by Escape and give it back: motion ${reducedMotion}`, async ({
    page,
    node,
  }) => {
    await page.emulateMedia({ reducedMotion })
    for (const [count, { at, opener }] of openers.entries()) {
      // Loaded anew: the page before may have a button of the same name, and is on the screen a moment longer.
      await page.goto(`${node.url}/?${count}#${at}`)
      const button = page.getByRole('button', { name: opener }).first()
      await button.press('Enter')
      await expect(page.getByRole('dialog')).toBeVisible()
      await expect(page.getByRole('dialog').locator(':focus'), `${at}: ${opener}`).toHaveCount(1)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect(button, `${at}: ${opener}`).toBeFocused()
    }
  })
}

test('where a button goes with what it did, the keyboard goes on from there', async ({ page, node }) => {
  await page.goto(`${node.url}/?step#/playground?model=samples.digits&`)
  await page
    .getByRole('button', { name: /digit-/ })
    .first()
    .press('Enter')
  await page.getByRole('button', { name: 'Remove', exact: true }).press('Enter')
  await expect(page.getByRole('button', { name: 'Choose a picture' })).toBeFocused()

  const { id } = await node.client.drafts.create({ handles: [], basedOn: 'samples.digits' })
  await page.goto(`${node.url}/?draft#/package/${id}?step=card&`)
  await page.getByRole('button', { name: 'Continue to license' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Step License' })).toBeFocused()
  await expect.poll(() => page.getByRole('main').evaluate(({ scrollTop }) => scrollTop)).toBe(0)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('combobox', { name: 'SPDX expression' })).toBeFocused()
  await expect(page.getByRole('listbox'), 'no list opens by Tab alone').toHaveCount(0)

  await page.goto(`${node.url}/?rows#/package/${id}?step=card&`)
  await page.getByRole('button', { name: 'Add a metric' }).press('Enter')
  await page.getByRole('button', { name: 'Remove metric 1' }).press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await node.client.drafts.remove({ id })

  await page.goto(`${node.url}/?home#/`)
  await page.getByRole('button', { name: 'Skip', exact: true }).press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('a button that waits for the node has the focus afterwards', async ({ page, node }) => {
  await page.goto(`${node.url}/?busy#/settings/storage`)
  const button = page.getByRole('button', { name: 'Verify all stored files' })
  await button.press('Enter')
  await expect(page.getByRole('region', { name: 'Care' }).getByText('Intact')).toBeVisible()
  await expect(button).toBeFocused()

  await page.goto(`${node.url}/?gone#/alerts`)
  await page.getByRole('button', { name: 'Add the usual rules' }).press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('the sheet of shortcuts opens by a question mark and names them', async ({ page }) => {
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(sheet).toContainText('Ctrl K')
  await expect(sheet).toContainText('G then M')
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
})

test('the first stop on a page leads past the frame', async ({ page }) => {
  await page.reload()
  await page.getByRole('heading', { name: 'Models' }).waitFor()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Skip to the page' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})
