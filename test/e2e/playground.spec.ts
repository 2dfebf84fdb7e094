/** Inputs as a person gives them: drawn, dropped, typed, as JSON; and what a wrong one is told at its field. */
import type { Page } from '@playwright/test'
import { logIn } from '../support/built-node.ts'
import { draw, strokesOf } from '../support/digits.ts'
import { expect, test } from '../support/page-node.ts'

test.beforeEach(({ node }) => node.samplesReady())

const result = (page: Page) => page.getByRole('region', { name: 'Result' })
const best = (page: Page) => result(page).getByRole('listitem').first()
const run = (page: Page) => page.getByRole('button', { name: 'Run', exact: true }).click()

for (const [digit, strokes] of Object.entries(strokesOf)) {
  test(`a drawn ${digit} is read as ${digit}`, async ({ page, node }) => {
    await page.goto(`${node.url}/#/playground?model=samples.digits`)
    await page.getByText('Draw', { exact: true }).click()
    await draw(page, page.getByRole('img', { name: /Pad to draw/ }), strokes)
    await run(page)
    await expect(best(page)).toContainText(new RegExp(`^${digit}`))
  })
}

test('the last stroke can be taken back, and an empty pad says what is missing', async ({ page, node }) => {
  await page.goto(`${node.url}/#/playground?model=samples.digits`)
  await page.getByText('Draw', { exact: true }).click()
  await draw(page, page.getByRole('img', { name: /Pad to draw/ }), strokesOf['4'])
  await expect(page.getByRole('img', { name: /2 strokes/ })).toBeVisible()
  await page.getByRole('button', { name: 'Undo stroke' }).click()
  await expect(page.getByRole('img', { name: /1 stroke/ })).toBeVisible()
  await page.getByRole('button', { name: 'Clear' }).click()
  await run(page)
  await expect(page.getByText('A picture is needed.')).toBeVisible()
})

test('a dropped picture is shown, sent and read', async ({ page, node }) => {
  const { examples } = await node.client.models.version({ model: 'samples.digits', version: 'stable' })
  const [example] = examples
  const given = Object.values(example?.inputs ?? {})[0] as { base64: string }
  await page.goto(`${node.url}/#/playground?model=samples.digits`)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Picture file', { exact: true }).click()
  const files = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], 'seven.png', { type: 'image/png' }))
    return transfer
  }, given.base64)
  await page.getByRole('region', { name: 'Picture file' }).dispatchEvent('drop', { dataTransfer: files })
  await expect(page.getByRole('img', { name: 'seven.png' })).toBeVisible()
  await run(page)
  await expect(best(page)).toContainText(new RegExp(`^${example?.label}`))
})

test('a file that is no picture is said to be none, and no version has answered', async ({ page, node }) => {
  await page.goto(`${node.url}/#/playground?model=samples.digits`)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Picture file', { exact: true }).click()
  const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') }
  await page.locator('input[type=file]').first().setInputFiles(notes)
  await expect(page.getByText('notes.txt is no picture that can be shown here.')).toBeVisible()
  await expect(page.getByRole('img', { name: 'notes.txt' })).toHaveCount(0)
  await run(page)
  await expect(page.getByText(/^The picture could not be read: this is no file of a picture\./)).toBeVisible()
  const cells = page.getByRole('row').filter({ hasText: 'INPUT_INVALID' }).getByRole('cell')
  await expect(cells.nth(2)).toHaveText(/^–/)
})

test('a row of numbers: a missing one is marked at its field, a changed one makes the answer old', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/playground?model=samples.breast-cancer`)
  const radius = page.getByLabel(/^Mean radius/)
  await radius.fill('')
  await run(page)
  await expect(radius).toHaveAccessibleDescription(/A number is needed/)
  await expect(radius).toHaveAttribute('aria-invalid', 'true')
  await radius.fill('17.99')
  await run(page)
  await expect(result(page)).toContainText('malignant')
  await radius.fill('12')
  await expect(result(page)).toContainText('of an earlier request')
})

test('a text, and the same as JSON', async ({ page, node }) => {
  await page.goto(`${node.url}/#/playground?model=samples.debian-sections`)
  const text = page.getByLabel('Description', { exact: true })
  await text.fill('')
  await run(page)
  await expect(text).toHaveAccessibleDescription(/A text is needed/)
  await text.fill('compiler for the Fortran programming language')
  await run(page)
  await expect(result(page)).toContainText('Answered by')

  await page.getByText('JSON', { exact: true }).click()
  const json = page.getByLabel('Item, or an array of items for a batch')
  await expect(json).toHaveValue(/compiler for the Fortran/)
  await json.fill('{"description": ')
  await run(page)
  await expect(json).toHaveAccessibleDescription(/Not usable as JSON/)
  await json.fill('[{"description": "a game of chess"}, {"description": "a web server"}]')
  await run(page)
  await expect(result(page).getByRole('button', { name: 'Item 2' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Requests of this visit' }).getByRole('row')).toHaveCount(3)
})

test('what the node refuses is told in the result and at its field', async ({ page, node }) => {
  await page.goto(`${node.url}/#/playground?model=samples.breast-cancer`)
  await page.getByText('JSON', { exact: true }).click()
  await page.getByLabel('Item, or an array of items for a batch').fill('{"measurements": [1, 2]}')
  await run(page)
  await expect(page.getByRole('alert')).toContainText('INPUT_INVALID')
})

test('a version that is not deployed can be tried, and the answer says so', async ({ page, node }) => {
  await page.goto(`${node.url}/#/playground?model=samples.digits&version=1.0.0`)
  await run(page)
  await expect(result(page)).toContainText('loaded for it alone, no endpoint answered')
})

test('a model that answers already is opened before one that changed later and is not deployed', async ({
  page,
  startNode,
}) => {
  const own = await startNode()
  await own.samplesReady()
  const { rows } = await own.client.models.list({ limit: 100 })
  const newest = rows[0]?.id
  for (const { endpoint, model } of await own.client.deployments.list())
    if (model === newest) await own.client.deployments.remove({ endpoint })
  await page.context().clearCookies()
  await logIn(page.context(), own, await own.enter())
  await page.goto(`${own.url}/#/playground`)
  await expect(page).toHaveURL(/model=/)
  expect(page.url()).not.toContain(`model=${newest}`)
})
