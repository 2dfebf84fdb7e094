/** From an ONNX file to a served model by the wizard alone: nothing typed is lost, and what is missing is named. */
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'], nodeFor: 'package-wizard' })
test.describe.configure({ mode: 'serial' })

const sample = join(import.meta.dirname, '../../resources/samples/breast-cancer/1.0.0')
const files = ['model.onnx', 'labels.txt', 'CARD.md', 'LICENSE', 'suite.jsonl'].map((name) =>
  join(sample, name),
)

async function drop(page: Page): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles(files)
}
async function beginFromModel(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/package`)
  await page.getByRole('combobox', { name: 'Begin from a model that is here' }).click()
  await page.getByRole('option', { name: model }).click()
}
const onward = (page: Page, step: string) =>
  page.getByRole('button', { name: `Continue to ${step}`, exact: true }).click()
const saved = (page: Page) => expect(page.getByText('Saved', { exact: true })).toBeVisible()

/** What is typed into the tables is there after the page was loaded anew. */
async function provenance(page: Page): Promise<void> {
  await page.getByLabel('Training data', { exact: true }).fill('Biopsies of one clinic')
  await page.getByText('Hyperparameters: 0').click()
  await page.getByRole('button', { name: 'Add a hyperparameter' }).click()
  await page.getByLabel('Name of hyperparameter 1').fill('epochs')
  await page.getByLabel('Value of hyperparameter 1').fill('12')
  await page.getByText('Libraries: 0').click()
  await page.getByRole('button', { name: 'Add a library' }).click()
  await page.getByLabel('Name of library 1').fill('numpy')
  await page.getByLabel('Value of library 1').fill('2.1.0')
  await page.getByRole('button', { name: 'Add a metric' }).click()
  await page.getByLabel('Name of metric 1').fill('auc')
  const accuracy = page.getByLabel('Accuracy', { exact: true })
  await accuracy.pressSequentially('97')
  await expect(page.getByText('From 0 to 1')).toBeVisible()
  await accuracy.fill('')
  await accuracy.pressSequentially('0.97')
  await accuracy.press('Tab')
  await expect(accuracy).toHaveValue('0.97')
  await page.getByLabel('Value of metric 1').fill('0.97')
  await page.getByRole('checkbox', { name: 'CUDA' }).click()
  await saved(page)
  await page.reload()
  await expect(page.getByText('Hyperparameters: 1')).toBeVisible()
  await expect(page.getByLabel('Value of metric 1')).toHaveValue('0.97')
  await expect(page.getByRole('checkbox', { name: 'CUDA' })).toBeChecked()
}

let model: string
test.beforeAll(async ({ node }) => {
  model = `${(await node.client.publishers.own()).name}.cells`
})

test('dropped files become a draft, and the draft a deployed model', async ({ page, node }) => {
  test.setTimeout(120_000)
  await page.goto(`${node.url}/#/package`)
  await drop(page)
  await expect(page.getByRole('region', { name: 'Interface' })).toContainText('measurements')
  await onward(page, 'schema')
  // Two labels came with two numbers of the output, so these are scores over classes.
  await expect(page.getByRole('region', { name: 'Output probabilities' }).getByLabel('Means')).toHaveValue(
    'Scores over classes',
  )
  await expect(page.getByLabel('Labels in the order of the classes')).toHaveValue(/malignant/)
  await page.getByRole('region', { name: 'Input measurements' }).getByLabel('Made from').click()
  await page.getByRole('option', { name: 'A row of named numbers' }).click()
  await onward(page, 'version')
  await page.getByLabel('Model id').fill(model)
  await expect(page.getByRole('heading', { level: 1, name: 'Cells', exact: true })).toBeVisible()
  await page.getByLabel('Version', { exact: true }).fill('1.0.0')
  await page.getByLabel('Release notes').fill('The first that is ours.')
  await saved(page)

  // Back and forth and anew: what was typed is where it was.
  await page.getByRole('button', { name: 'Back to schema' }).click()
  await onward(page, 'version')
  await expect(page.getByLabel('Release notes')).toHaveValue('The first that is ours.')
  await page.reload()
  await expect(page.getByLabel('Release notes')).toHaveValue('The first that is ours.')
  await expect(page.getByLabel('Model id')).toHaveValue(model)

  await onward(page, 'card')
  await page.getByLabel('Title', { exact: true }).fill('Cells of our own')
  await page.getByRole('combobox', { name: 'Task' }).click()
  await page.getByRole('option', { name: 'Tabular classification' }).click()
  await page.getByLabel('Summary', { exact: true }).fill('Tells malignant from benign.')
  await page.getByLabel('Owner', { exact: true }).fill('Laboratory')
  await page.getByLabel('Framework', { exact: true }).fill('jax')
  await provenance(page)
  await onward(page, 'license')
  await page.getByRole('combobox', { name: 'SPDX expression' }).fill('Apache-2.0')
  await page.keyboard.press('Tab')
  await onward(page, 'test')
  await saved(page)
  await page.getByRole('button', { name: 'Run the checks' }).click()
  await expect(page.getByRole('region', { name: 'Checks' })).toContainText(/Passed|passed/, {
    timeout: 40_000,
  })
  await onward(page, 'review')
  await expect(page.getByRole('region', { name: 'Version' })).toContainText(model)
  await onward(page, 'build')
  await page.getByRole('button', { name: 'Build 1.0.0' }).click()
  await expect(page.getByText('Built and registered.')).toBeVisible({ timeout: 40_000 })

  await page.getByRole('link', { name: 'Deploy 1.0.0' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy 1.0.0' }).click()
  const grid = page.getByRole('grid', { name: 'deployments' })
  await expect(grid).toContainText(model)
  await expect(grid).toContainText('Ready')
  await grid.getByRole('link', { name: model }).click()
  await page.getByRole('link', { name: 'Try 1.0.0' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Result' })).toContainText(`${model} 1.0.0`)

  await page.goto(`${node.url}/#/models/${model}`)
  const traced = page.getByRole('region', { name: 'Provenance' })
  for (const text of ['Biopsies of one clinic', 'epochs', 'numpy', 'CPU, CUDA'])
    await expect(traced).toContainText(text)
  await expect(page.getByRole('region', { name: 'Metrics', exact: true })).toContainText(/auc/i)
})

test('a major version without a guide is refused at its field', async ({ page, node }) => {
  await beginFromModel(page, node.url)
  await drop(page)
  await onward(page, 'schema')
  await onward(page, 'version')
  await page.getByRole('radio', { name: /Major/ }).click()
  await expect(page.getByLabel('Version', { exact: true })).toHaveValue('2.0.0')
  await expect(page.getByText('The release notes are missing.')).toBeVisible()
  await page.getByLabel('Release notes').fill('Other inputs.')
  await saved(page)
  const problem = page
    .getByRole('complementary', { name: 'Problems' })
    .getByRole('button', { name: /migration guide/i })
  await expect(problem).toBeVisible()
  await onward(page, 'card')
  await problem.click()
  const guide = page.getByRole('textbox', { name: 'How to move from the version before' })
  await expect(guide).toBeFocused()
  await expect(guide).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('link', { name: /Build/ }).click()
  await expect(page.getByRole('button', { name: 'Build 2.0.0' })).toBeDisabled()
})

test('the next version begins from the one that was just built, and is built in its turn', async ({
  page,
  node,
}) => {
  await beginFromModel(page, node.url)
  await drop(page)
  const steps = page.getByRole('navigation', { name: 'Steps' })
  const step = (name: string) => steps.getByRole('link', { name }).click()
  const build = async (version: string) => {
    await step('Version')
    await expect(page.getByLabel('Version', { exact: true })).toHaveValue(version)
    await page.getByLabel('Release notes').fill(`What ${version} changes.`)
    await saved(page)
    await step('Build')
    await page.getByRole('button', { name: `Build ${version}` }).click()
    await expect(page.getByText('Built and registered.')).toBeVisible({ timeout: 40_000 })
  }
  await build('1.1.0')
  const finished = page.getByRole('region', { name: 'Finished' })
  await expect(finished).toContainText(`${model} 1.1.0`)
  await expect(steps).toHaveCount(0)
  await finished.getByRole('button', { name: 'Begin a new version from this' }).click()

  // Its words are taken over; the files are the new one's to bring.
  await expect(page.getByRole('heading', { level: 1, name: 'Cells of our own' })).toBeVisible()
  await expect(page.getByText('The model and what belongs to it will be listed here')).toBeVisible()
  await expect(page.getByText(/Taken over from 1\.1\.0: \d+ labels/)).toBeVisible()
  const { rows } = await node.client.drafts.list({})
  const begun = rows.find(({ version }) => version === '1.2.0')
  const { texts, descriptor } = await node.client.drafts.get({ id: begun?.id ?? '' })
  expect(texts.labels).toContain('malignant')
  expect(texts.license).toContain('Apache')
  expect(descriptor).toMatchObject({ id: model, owner: { name: 'Laboratory' } })
  await step('License')
  await expect(page.getByLabel('Text of the license')).toHaveValue(/Apache/)
  await step('Files')
  await drop(page)
  await expect(page.getByText(/Found labels\.txt/)).toBeVisible()
  await build('1.2.0')
  await expect(finished).toContainText(`${model} 1.2.0`)
  expect((await node.client.models.versions({ model })).rows.map(({ version }) => version)).toEqual([
    ...['1.2.0', '1.1.0', '1.0.0'],
  ])
})

test('what a version was made of is named in the wizard, whose folder can be taken along', async ({
  page,
  node,
}) => {
  await beginFromModel(page, node.url)
  await expect(page.getByText(/Next come the new files/)).toBeVisible()
  await page.getByRole('button', { name: `Continue from ${model}` }).click()
  await expect(page).toHaveURL(/#\/package\/[^?]+\?step=source/)
  const id = /package\/([^?]+)/.exec(page.url())?.[1] ?? ''
  await page.goto(`${node.url}/#/package/${id}?step=card`)
  const made = page.getByRole('region', { name: 'Made of' })
  await made.getByRole('button', { name: 'Add a model' }).click()
  await made.getByLabel('Model 1 that it was made of').fill('other.base')
  await made.getByLabel('Version of model 1').fill('2.0.0')
  await made.getByRole('combobox', { name: 'How it was made of model 1' }).click()
  await page.getByRole('option', { name: 'Quantized' }).click()
  await saved(page)
  await page.reload()
  await expect(made.getByLabel('Model 1 that it was made of')).toHaveValue('other.base')
  const remove = made.getByRole('button', { name: 'Remove model 1' })
  const middle = async (of: typeof remove) => {
    const box = await of.boundingBox()
    return Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2)
  }
  expect(await middle(remove)).toBe(await middle(made.getByLabel('Version of model 1')))
  await page.getByRole('button', { name: 'Add a metric' }).click()
  expect(await middle(page.getByRole('button', { name: 'Remove metric 1' }))).toBe(
    await middle(page.getByLabel('Value of metric 1')),
  )
  expect((await node.client.drafts.get({ id })).descriptor.lineage).toEqual([
    { model: 'other.base', version: '2.0.0', relation: 'quantized' },
  ])
  await remove.click()
  await saved(page)
  await expect.poll(async () => (await node.client.drafts.get({ id })).descriptor.lineage).toBeUndefined()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the folder' }).click()
  expect((await download).suggestedFilename()).toBe('cells-1.3.0.tar')
})
