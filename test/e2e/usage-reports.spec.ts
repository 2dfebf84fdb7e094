/** A provider reads the figures of a customer's usage report before a receipt is signed, and finds both again. */
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { expectNoViolations } from '../support/axe.ts'
import { termsOf } from '../support/licenses.ts'
import { expect, test } from '../support/page-node.ts'
import { reporter } from '../support/reporter.ts'

test.use({ nodeFor: 'usage reports' })

test('the figures are seen, then the receipt is signed, and problems ask for a tick', async ({
  page,
  node,
}) => {
  const { name } = await node.client.publishers.own()
  const { license } = await node.client.issuing.issue({
    model: `${name}.cells`,
    account: 'Example Bank',
    terms: termsOf('DEVELOPER'),
    endsAt: null,
  })
  const machine = reporter(generateSigningKey(), 'teller-1')
  const account = { lid: license.lid, month: '2026-11', forfeited: 3, items: 40, credits: 0 }
  const first = machine.report({ records: 45, accounts: [{ ...account, used: 40 }] })
  const file = (text: string) => ({
    name: 'usage-report.jws',
    mimeType: 'application/jose',
    buffer: Buffer.from(text),
  })
  const dialog = page.getByRole('dialog')

  await page.goto(`${node.url}/#/issuing`)
  await expect(page.getByText('No usage report was received yet')).toBeVisible()
  const drop = page.getByRole('region', { name: 'Drop what a customer sent' }).locator('input[type=file]')
  await drop.setInputFiles(file(first))
  await expect(dialog).toContainText('Usage report 1 of teller-1')
  await expect(dialog.getByRole('table', { name: 'Figures of the report' })).toContainText('Example Bank')
  await expect(dialog).toContainText('3 requests were charged by a power loss and are not billed')
  await expectNoViolations(page, 'a usage report')
  expect((await node.client.issuing.reports({}))[0]?.receiptedAt).toBeNull()
  const [receipt] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Sign the receipt' }).click(),
  ])
  expect(receipt.suggestedFilename()).toBe('receipt-1.jws')
  await expect(dialog).toBeHidden()

  machine.skip()
  const third = machine.report({ records: 60, accounts: [{ ...account, used: 55 }] })
  await drop.setInputFiles(file(third))
  await expect(dialog).toContainText('Report 2 was never received.')
  await expect(dialog.getByRole('button', { name: 'Sign the receipt' })).toBeDisabled()
  await dialog.getByRole('checkbox').check()
  await expect(dialog.getByRole('button', { name: 'Sign the receipt' })).toBeEnabled()
  await page.keyboard.press('Escape')

  const kept = page.getByRole('table', { name: 'Usage reports' })
  await expect(kept.getByRole('row')).toHaveCount(3)
  await expect(kept).toContainText('not signed')
  await kept.getByRole('button', { name: 'Open report 1 of teller-1' }).click()
  await expect(dialog.getByRole('button', { name: 'Save the receipt again' })).toBeVisible()
})
