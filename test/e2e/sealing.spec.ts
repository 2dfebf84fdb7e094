/** A provider seals a version on the page, saves the package, and licenses it to the machine of a customer. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ownPublisherKey } from '../../src-main/flows/packages/pack-source.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { expectNoViolations } from '../support/axe.ts'
import { foreignPackage } from '../support/foreign-package.ts'
import { expect, settled, test } from '../support/page-node.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '..', '..', 'src-main', 'cli.ts')

test.use({ nodeFor: 'sealing' })

test('a version is sealed, saved and licensed to a machine without leaving the page', async ({
  page,
  node,
}) => {
  const made = await foreignPackage('acme')
  try {
    await node.client.publishers.rename({ name: 'acme' })
    const output = join(made.folder, 'own.outpost')
    const privateKey = await ownPublisherKey(node.dataDirectory)
    await pack(await readSource(made.source), { output, signer: { publisher: 'acme', privateKey } })
    await run(process.execPath, [program, 'import', output, '--data', node.dataDirectory])
    // The customer's machine: here, for the test, the same one.
    const { document } = await node.client.licenses.request({ model: 'acme.cells', account: 'Example Bank' })

    await page.goto(`${node.url}/#/issuing`)
    await settled(page)
    const card = page.getByRole('region', { name: 'Sealed weights' })
    await card.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'acme.cells' }).click()
    await card.getByLabel('Version').fill('1.0.0')
    await card.getByRole('button', { name: 'Seal the version' }).click()
    const download = page.waitForEvent('download')
    await card.getByRole('link', { name: /^Save acme\.cells-1\.0\.0.*-sealed\.outpost$/ }).click()
    expect((await download).suggestedFilename()).toMatch(/^acme\.cells-1\.0\.0.*-sealed\.outpost$/)
    await expectNoViolations(page, 'the issuing page')

    await card.getByRole('button', { name: /^License it: acme\.cells 1\.0\.0/ }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Customer').fill('Example Bank')
    await expect(form.getByText(/a key is wrapped to machines/)).toBeVisible()
    await form.locator('input[type=file]').setInputFiles({
      name: 'cells.request.jws',
      mimeType: 'application/jose',
      buffer: Buffer.from(document),
    })
    await expect(form.getByText(/a key is wrapped to machines/)).toBeHidden()
    await form.getByRole('button', { name: 'Sign the license' }).click()
    await expect(form.getByRole('heading', { name: /is signed/ })).toBeVisible()
    const [issued] = await node.client.issuing.list()
    const [sealed] = await node.client.issuing.sealed()
    expect(issued?.license.enc).toMatchObject({
      keyId: sealed?.keyId,
      wrapped: [{ node: expect.any(String) }],
    })
  } finally {
    await rm(made.folder, { recursive: true, force: true })
  }
})

test('a machine whose clock or count was lost gets a word of the issuer', async ({ page, node }) => {
  const { nodeId } = await node.client.licenses.node({})
  await page.goto(`${node.url}/#/issuing`)
  await settled(page)
  const card = page.getByRole('region', { name: 'For one machine' })
  await expect(card.getByRole('button', { name: 'Sign the time for it' })).toBeDisabled()
  await card.getByLabel('Machine').fill(nodeId)
  const time = page.waitForEvent('download')
  await card.getByRole('button', { name: 'Sign the time for it' }).click()
  expect((await time).suggestedFilename()).toMatch(/-time\.jws$/)
  await card.getByLabel('State to go on from').fill('0123456789abcdef0123')
  const recovery = page.waitForEvent('download')
  await card.getByRole('button', { name: 'Sign a recovery' }).click()
  expect((await recovery).suggestedFilename()).toBe('recovery-0123456789abcdef0123.jws')
})
