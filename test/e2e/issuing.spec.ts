/** A provider answers a customer's request: what was asked stays in sight, and what is odd is said before it is signed. */
import { expectNoViolations } from '../support/axe.ts'
import { expect, settled, test } from '../support/page-node.ts'

test.use({ nodeFor: 'issuing' })

test('the note of a request stays in the form of the renewal, whose end stays too', async ({
  page,
  node,
}) => {
  const model = 'acme.risk'
  await node.client.publishers.rename({ name: 'acme' })
  await page.goto(`${node.url}/#/issuing`)
  await settled(page)
  await page.getByRole('button', { name: 'Issue a license' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Model' }).fill(model)
  await form.getByLabel('Customer').fill('Example Bank')
  await expect(form.getByText(/^The count of machines is not enforced/)).toBeVisible()
  await expect(form.getByText(`Shown with every answer: “Model by acme: ${model}”`)).toBeVisible()
  await form.getByLabel('Countries').pressSequentially('de, fr')
  await form.getByLabel('Grace, in days').focus()
  await expect(form.getByText('In DE, FR')).toBeVisible()
  await form.getByRole('button', { name: 'Sign the license' }).click()
  await expect(form.getByRole('heading', { name: /is signed/ })).toBeVisible()
  await form.getByRole('button', { name: 'Done' }).click()

  const [first] = await node.client.issuing.list()
  const { document } = await node.client.licenses.request({
    model,
    account: 'Example Bank',
    note: 'Please 50 requests a month',
    ...(first && { lid: first.lid }),
  })
  const buffer = Buffer.from(document)
  await page
    .getByRole('region', { name: 'From customers' })
    .locator('input[type=file]')
    .setInputFiles({ name: 'risk.request.jws', mimeType: 'application/jose', buffer })
  await expect(form.getByText('Please 50 requests a month')).toBeVisible()
  await expect(form.getByText(/\(sha256:.{4}….{4}\), risk\.request\.jws$/)).toBeVisible()
  await expect(form.getByText(/^The count of machines is not enforced/)).toBeHidden()
  await expect(form.getByLabel('Ends before')).toHaveValue(first?.endsAt?.slice(0, 10) ?? '')
  await form.getByRole('button', { name: 'Extend by 365 days' }).click()
  await expect(form.getByLabel('Ends before')).not.toHaveValue(first?.endsAt?.slice(0, 10) ?? '')
  await form.getByRole('button', { name: 'Keep the end' }).click()
  await form.getByRole('textbox', { name: 'Requests a month' }).fill('50')
  await expectNoViolations(page, 'the form of a renewal')
  await form.getByRole('button', { name: 'Sign the license' }).click()
  await expect(form.getByRole('heading', { name: /is signed/ })).toBeVisible()
  const [next] = await node.client.issuing.list()
  expect(next).toMatchObject({ seq: 2, endsAt: first?.endsAt, termDays: 365 })
  expect(next?.license.terms.quota.max).toBe(50)
})
