/** A license from its file to its end: imported, read, used up on purpose, explained, asked for anew and renewed. */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import type { LicensePayload } from '../../src-main/contract/license/documents.ts'
import { openSelfSigned } from '../../src-main/license/envelope/open-document.ts'
import { expectNoViolations } from '../support/axe.ts'
import { type ForeignPackage, foreignPackage } from '../support/foreign-package.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf, testIssuer } from '../support/licenses.ts'
import { expect, test } from '../support/page-node.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '..', '..', 'src-main', 'cli.ts')
const monthSeconds = 30 * 86_400

let foreign: ForeignPackage
let issuer: TestIssuer

test.use({ nodeFor: 'licenses' })
test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ node }) => {
  foreign = await foreignPackage('acme')
  issuer = testIssuer('acme', foreign.privateKey)
  await node.samplesReady()
  await node.client.publishers.trust({ name: 'acme', publicKey: foreign.publicKey })
  await run(process.execPath, [program, 'import', foreign.path, '--data', node.dataDirectory])
})
test.afterAll(() => rm(foreign.folder, { recursive: true, force: true }))

const requests = (max: number) => termsOf('DEVELOPER', { quota: requestsAMonth(max) })

interface SignedFile {
  name: string
  text: string
}

const signed = (name: string, change: Partial<LicensePayload>): SignedFile => ({
  name,
  text: issuer.license({ exp: nowSeconds() + 12 * monthSeconds, ...change }).text,
})

async function drop(page: Page, files: readonly SignedFile[]): Promise<void> {
  const dataTransfer = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer()
    for (const { name, text } of list) transfer.items.add(new File([text], name))
    return transfer
  }, files)
  await page.getByRole('heading', { name: 'Licenses and usage' }).dispatchEvent('drop', { dataTransfer })
}

const dialog = (page: Page) => page.getByRole('dialog')
const card = (page: Page) => page.getByRole('region', { name: 'acme.cells' })
const lid = '019a0000-0000-7000-8000-000000000001'

test('what has no license is refused where it would be deployed, with the way to ask for one', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/models/acme.cells`)
  await expect(page.getByRole('alert')).toContainText('No license.')
  for (const name of ['Deploy 1.0.0', 'Try 1.0.0'])
    await expect(page.getByRole('button', { name })).toBeDisabled()
  await page.goto(`${node.url}/#/models`)
  await expect(page.getByRole('row', { name: /samples\.wine/ })).toContainText('Refuses')
  await expect(page.getByRole('row', { name: /acme\.cells/ })).toContainText('Missing')
  await page.goto(`${node.url}/#/deployments?dialog=deploy&model=acme.cells`)
  await expect(dialog(page)).toContainText('LIC_NONE')
  await expect(page.getByRole('button', { name: 'Deploy 1.0.0' })).toBeDisabled()
  await dialog(page).getByRole('link', { name: 'Ask for a license' }).click()
  await expect(page.getByText('No license fits this filter')).toBeVisible()
})

test('a file is looked into before anything changes, then imported', async ({ page, node }) => {
  await page.goto(`${node.url}/#/licenses`)
  await page.getByRole('button', { name: 'Import a license' }).first().waitFor()
  await drop(page, [signed('cells.license', { lid, terms: requests(2), contact: 'sales@acme.example' })])
  await expect(dialog(page)).toContainText('Developer license for acme.cells')
  await expect(dialog(page)).toContainText('2 requests a month (UTC); what is more is refused.')
  await expect(dialog(page)).toContainText('sales@acme.example')
  expect(await node.client.licenses.list({ model: 'acme.cells' })).toEqual([])
  await expectNoViolations(page, 'the preview of a license')
  await dialog(page).getByRole('button', { name: 'Import', exact: true }).click()
  const toast = page.getByText('License for acme.cells imported')
  await expect(toast.locator('xpath=..').getByRole('link', { name: 'Deploy acme.cells' })).toBeVisible()
  // The license of samples.wine never served here: it needs nobody, and stands behind those that do.
  await expect(page.getByText('1 needs attention')).toBeHidden()
  await expect(page.getByRole('region').filter({ hasText: 'Show clauses' }).last()).toContainText(
    'samples.wine',
  )
  await expect(card(page)).toContainText('Active')
  await expect(card(page).getByRole('listitem').filter({ hasText: 'Commercial use' })).toContainText('Yes')
  await expect(card(page).getByRole('listitem').filter({ hasText: 'Hand it on' })).toContainText('No')
  await expect(card(page)).toContainText('0 of 2 requests')
  await card(page).getByRole('button', { name: 'Show clauses' }).click()
  await expect(dialog(page)).toContainText('Model by acme: Cells')
})

test('a license of an unknown key and one that contradicts its type say what to do', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/licenses`)
  await page.getByRole('button', { name: 'Import a license' }).first().waitFor()
  await drop(page, [{ name: 'other.license', text: testIssuer('other').license().text }])
  await expect(dialog(page)).toContainText('LIC_KEY_UNKNOWN')
  await expect(dialog(page).getByRole('link', { name: 'Trust the publisher' })).toBeVisible()
  await expect(dialog(page).getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()

  const contradicting = { ...termsOf('COMMUNITY'), rights: termsOf('DEVELOPER').rights }
  await drop(page, [signed('contradicting.license', { terms: contradicting })])
  await expect(dialog(page).getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await dialog(page).getByRole('checkbox').check()
  await expect(dialog(page).getByRole('button', { name: 'Import', exact: true })).toBeEnabled()
})

test('the limit is hit in the playground, which says why and where to renew', async ({ page, node }) => {
  await node.client.deployments.deploy({ model: 'acme.cells', version: '1.0.0' })
  await page.goto(`${node.url}/#/playground?model=acme.cells`)
  const ask = page.getByRole('button', { name: 'Run', exact: true })
  const answers = page.getByRole('table', { name: 'Requests of this visit' }).getByRole('row')
  await expect(page.getByText('2 of 2 left this month')).toBeVisible()
  for (const rows of [2, 3]) {
    await ask.click()
    await expect(answers).toHaveCount(rows)
  }
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('Model by acme: Cells')
  await expect(page.getByText('0 of 2 left this month')).toBeVisible()
  await ask.click()
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('QUOTA_EXCEEDED')
  await page.getByRole('link', { name: 'Renew or see the license' }).click()
  await expect(card(page)).toContainText('The quota of the month is used up.')
  await expect(card(page).getByText('Used up', { exact: true })).toBeVisible()

  await page.getByRole('tab', { name: 'Last refusals' }).click()
  await expect(page.getByRole('table', { name: 'Last refusals' })).toContainText('QUOTA_EXCEEDED')
  await page.getByRole('button', { name: 'Explain acme.cells' }).first().click()
  await expect(dialog(page)).toContainText('The quota of the month is used up.')
  await page.keyboard.press('Escape')
  await page.goto(`${node.url}/#/deployments/acme.cells`)
  await expect(page.getByRole('alert')).toContainText('The quota of the month is used up.')
  await page.goto(`${node.url}/#/`)
  await expect(page.getByRole('alert')).toContainText('The quota of the month is used up.')
})

test('the statement counts the two calls, leads to them, and equals the log', async ({ page, node }) => {
  await page.goto(`${node.url}/#/licenses?tab=usage`)
  const row = page.getByRole('table', { name: 'Statement' }).getByRole('row', { name: /acme\.cells/ })
  await expect(row).toContainText('Example Bank')
  await page.getByRole('button', { name: 'Check the bill against the log' }).click()
  await expect(page.getByText('The bill equals the log.')).toBeVisible()
  await row.getByRole('link', { name: 'Show the calls of acme.cells' }).click()
  // The two that it counts; among all calls of the license stands the one that its quota refused, too.
  const cells = page.getByRole('grid', { name: 'requests' }).getByRole('gridcell')
  const outcomes = cells.filter({ hasText: /^(200|QUOTA_EXCEEDED)$/ })
  await expect(outcomes).toHaveText(['200', '200'])
  await page.getByText('All', { exact: true }).click()
  await expect(outcomes).toHaveText(['QUOTA_EXCEEDED', '200', '200'])
})

test('a request file is made, and the answer to it renews', async ({ page, node }) => {
  await page.goto(`${node.url}/#/licenses?model=acme.cells`)
  await card(page).getByRole('button', { name: 'Renew or move' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog(page).getByRole('button', { name: 'Save the request file' }).click(),
  ])
  expect((await readFile(await download.path(), 'utf8')).split('.')).toHaveLength(3)
  await expect(dialog(page)).toContainText('The request file is saved.')
  await dialog(page).getByRole('button', { name: 'Done' }).click()

  await drop(page, [signed('renewed.license', { lid, seq: 2, terms: requests(1000) })])
  const changes = dialog(page).getByRole('table', { name: 'Beside the document that it replaces' })
  await expect(changes.getByRole('row').filter({ hasText: 'Quota' })).toContainText(
    /2 requests a month.*1\u202f000 requests a month/,
  )
  await expectNoViolations(page, 'the preview of a renewal')
  await dialog(page).getByRole('button', { name: 'Import', exact: true }).click()
  await expect(card(page)).toContainText('2 of 1\u202f000 requests')
  // The document before is history: folded, and with nothing to do but to read it.
  await page.getByText('Replaced or given up here (1)').click()
  const history = page.getByRole('table', { name: 'Replaced or given up here' })
  await expect(history).toContainText('document 1')
  await expect(history).toContainText('It was replaced by document 2')
  await expect(history.getByRole('button')).toHaveText(['Clauses'])
  await page.goto(`${node.url}/#/playground?model=acme.cells`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('To be named')
})

test('who the site is says which licenses hold here, and goes into the requests', async ({ page, node }) => {
  await page.goto(`${node.url}/#/licenses?tab=site`)
  const accounts = page.getByRole('combobox', { name: 'Accounts' })
  await accounts.fill('EB-4711')
  await accounts.press('Enter')
  await expect(
    page.getByRole('status').filter({ hasText: 'A license here is for another account' }),
  ).toContainText('acme.cells, for the account Example Bank')
  await expectNoViolations(page, 'a declaration that refuses a license')
  await page.getByRole('button', { name: 'Declare the site' }).click()
  await page.getByRole('tab', { name: 'Licenses', exact: true }).click()
  await expect(card(page)).toContainText('This site is declared as "EB-4711".')
  await page.getByRole('button', { name: 'Ask for a license' }).first().click()
  await expect(dialog(page).getByLabel('Account')).toHaveValue('EB-4711')
  await page.keyboard.press('Escape')
  await page.goto(`${node.url}/#/deployments`)
  await expect(page.getByRole('row', { name: /acme\.cells/ })).toContainText('Refuses')
  await page.goto(`${node.url}/#/`)
  await expect(page.getByText('acme.cells does not answer: its license refuses.')).toBeVisible()
  await page.goto(`${node.url}/#/licenses`)

  await page.getByRole('tab', { name: 'This site' }).click()
  await accounts.fill('Example Bank')
  await accounts.press('Enter')
  await expect(page.getByText('A license here is for another account')).toBeHidden()
  await page.getByRole('button', { name: 'Declare the site' }).click()
  await page.getByRole('tab', { name: 'Licenses', exact: true }).click()
  await expect(card(page)).toContainText('Active')
})

test('what two tabs declare of the site is put together, and a tab shows what the other one declared', async ({
  page,
  context,
  node,
}) => {
  const other = await context.newPage()
  const name = (tab: Page) => tab.getByRole('textbox', { name: 'Name' })
  const country = (tab: Page) => tab.getByRole('textbox', { name: 'Country' })
  const declare = (tab: Page) => tab.getByRole('button', { name: 'Declare the site' }).click()
  for (const tab of [page, other]) {
    await tab.goto(`${node.url}/#/licenses?tab=site`)
    await expect(name(tab)).toHaveValue('')
  }
  await name(other).fill('berlin')
  await country(page).fill('de')
  await declare(page)
  await expect(country(other)).toHaveValue('DE')
  await declare(other)
  await expect(name(page)).toHaveValue('berlin')
  const { site } = await node.client.licenses.node()
  expect(site).toMatchObject({ name: 'berlin', country: 'DE', accounts: ['EB-4711', 'Example Bank'] })
  await node.client.licenses.declareSite({ name: null, country: null })
})

test('a license is asked for before its model is here', async ({ page, node }) => {
  await page.goto(`${node.url}/#/licenses?dialog=request`)
  const model = dialog(page).getByRole('combobox', { name: 'Model' })
  const save = dialog(page).getByRole('button', { name: 'Save the request file' })
  await model.fill('acme')
  await expect(page.getByRole('option', { name: 'acme.cells' })).toBeVisible()
  await model.blur()
  await expect(dialog(page)).toContainText('A model is called publisher.name')
  await expect(save).toBeDisabled()
  await model.fill('acme.not-here-yet')
  await model.blur()
  await expectNoViolations(page, 'a request for a model that is not here')
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  expect(download.suggestedFilename()).toBe('acme.not-here-yet.request.jws')
})

test('a license that is bound to this machine says so, though another one may have its name', async ({
  page,
  node,
}) => {
  const { document } = await node.client.licenses.request({ model: 'acme.cells' })
  const machine = openSelfSigned('node-request', Buffer.from(document)).payload.node
  await page.goto(`${node.url}/#/licenses`)
  await page.getByRole('button', { name: 'Import a license' }).first().waitFor()
  await drop(page, [signed('bound.license', { nodes: { need: 2, bindings: [machine] } })])
  await expect(dialog(page)).toContainText(`Bound to this machine (${machine.name}).`)
})

test('of two files the one that is refused is named before and after, and no deployment is offered where none is allowed', async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/licenses`)
  await page.getByRole('button', { name: 'Import a license' }).first().waitFor()
  const refused = { name: 'other.license', text: testIssuer('other').license().text }
  await drop(page, [signed('community.license', { terms: termsOf('COMMUNITY') }), refused])
  await expect(
    dialog(page).getByRole('status').filter({ hasText: 'Left out: other.license' }),
  ).toBeInViewport()
  await expectNoViolations(page, 'an import of which a part is refused')
  await dialog(page).getByRole('button', { name: 'Import 1 of 2' }).click()
  const toast = page.getByText('License for acme.cells imported').locator('xpath=..')
  await expect(toast).toContainText('Not imported: other.license')
  await expect(toast.getByRole('link')).toBeHidden()
})
