/** A model of embeddings: declared in the wizard, judged by its cases, shown in the playground, asked by /v1/embeddings. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoViolations } from '../support/axe.ts'
import { expect, test } from '../support/page-node.ts'
import { spelledNumberModel } from '../support/served-models.ts'

test.use({ nodeArguments: ['--no-samples'], nodeFor: 'embeddings' })

let folder: string
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outpost-embeddings-'))
  const embedding = [2, 4, 6, 8].map((value) => value / Math.sqrt(120))
  const suite = JSON.stringify({ id: 'two', inputs: { text: '2' }, expected: { embedding } })
  await writeFile(join(folder, 'model.onnx'), spelledNumberModel())
  await writeFile(join(folder, 'suite.jsonl'), `${suite}\n`)
})
test.afterAll(() => rm(folder, { recursive: true, force: true }))

test('a vector is declared, judged, shown and asked for', async ({ page, node }) => {
  test.setTimeout(120_000)
  const onward = (step: string) =>
    page.getByRole('button', { name: `Continue to ${step}`, exact: true }).click()
  const model = `${(await node.client.publishers.own()).name}.words`
  await page.goto(`${node.url}/#/package`)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles(['model.onnx', 'suite.jsonl'].map((name) => join(folder, name)))
  await expect(page.getByRole('region', { name: 'Interface' })).toContainText('vector')
  await onward('schema')
  await page.getByRole('region', { name: 'Input text' }).getByLabel('Made from').click()
  await page.getByRole('option', { name: 'A text' }).click()
  const output = page.getByRole('region', { name: 'Output vector' })
  await output.getByLabel('Means').click()
  await page.getByRole('option', { name: 'An embedding: a vector to compare' }).click()
  await expect(output.getByLabel('Tokens become one vector by')).toHaveValue(/^None/)
  await expect(output.getByRole('switch', { name: 'Normalized' })).toBeChecked()
  await output.getByRole('switch', { name: 'May be cut' }).click()
  await expectNoViolations(page, 'the schema')
  await output.getByLabel('Tokens become one vector by').click()
  await page.getByRole('option', { name: 'The mean of the tokens that count' }).click()
  await expect(output.getByLabel('Mask')).toBeVisible()
  await output.getByLabel('Tokens become one vector by').click()
  await page.getByRole('option', { name: 'None: the model gives one vector an item' }).click()
  await onward('version')
  await page.getByLabel('Model id').fill(model)
  await page.getByLabel('Version', { exact: true }).fill('1.0.0')
  await page.getByLabel('Release notes').fill('The first.')
  await onward('card')
  await page.getByLabel('Title', { exact: true }).fill('Words')
  await page.getByLabel('Summary', { exact: true }).fill('A vector of each word.')
  await page.getByLabel('Owner', { exact: true }).fill('Laboratory')
  await page.getByLabel('Framework', { exact: true }).fill('jax')
  await onward('license')
  await page.getByRole('combobox', { name: 'SPDX expression' }).fill('Apache-2.0')
  await page.keyboard.press('Tab')
  await onward('test')
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Run the checks' }).click()
  await expect(page.getByRole('region', { name: 'Checks' })).toContainText(
    '1 of 1 cases give the right answer',
    {
      timeout: 40_000,
    },
  )
  await onward('review')
  await onward('build')
  await page.getByRole('button', { name: 'Build 1.0.0' }).click()
  await expect(page.getByText('Built and registered.')).toBeVisible({ timeout: 40_000 })
  await page.getByRole('link', { name: 'Deploy 1.0.0' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy 1.0.0' }).click()
  await expect(page.getByRole('grid', { name: 'deployments' })).toContainText('Ready')

  await page.goto(`${node.url}/#/playground?model=${model}`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result).toContainText('A vector of 4 numbers, length 1.000')
  await expect(result.getByRole('cell').first()).toHaveText('0.18257')
  await expectNoViolations(page, 'a vector')

  await page.getByText('OpenAI', { exact: true }).click()
  await expect(page.getByRole('region', { name: 'Use it in code' })).toContainText(
    `client.embeddings.create(model="${model}@stable", input=["2"])`,
  )

  const { secret } = await node.client.keys.create({ name: 'embedder', scopes: ['infer'] })
  const answer = await fetch(`${node.servingUrl}/v1/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: ['2', '3'], dimensions: 2 }),
  })
  expect(await answer.json()).toMatchObject({ data: [{ index: 0 }, { index: 1 }], model: `${model}@1.0.0` })
})
