/** The pages about licenses name all that the documents and the catalogue have, and state the presets as they are. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { documentSchema } from '../../../src-main/api/document-schemas.ts'
import { errorCodes } from '../../../src-main/contract/errors.ts'
import { documentKind } from '../../../src-main/contract/license/documents.ts'
import { licensePresets, licenseType } from '../../../src-main/contract/license/terms.ts'

const docs = join(import.meta.dirname, '../../../resources/docs')
const page = await readFile(join(docs, 'licensing.md'), 'utf8')

/** Names of members at any depth of a JSON Schema. */
function fieldsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf)
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...rest } = schema as { properties?: Record<string, unknown> }
  return [
    ...Object.keys(properties),
    ...Object.values(properties).flatMap(fieldsOf),
    ...fieldsOf(Object.values(rest)),
  ]
}

test('each field of each document is named', () => {
  for (const kind of documentKind.options) {
    expect(page).toContain(`\n### ${kind}\n`)
    const missing = fieldsOf(documentSchema(kind)).filter((field) => !page.includes(`\`${field}\``))
    expect([kind, missing]).toEqual([kind, []])
  }
})

test('each code of a license is named', () => {
  const missing = errorCodes.filter((code) => code.startsWith('LIC_') && !page.includes(`\`${code}\``))
  expect(missing).toEqual([])
})

test('the table of the types states the presets', () => {
  const presets = licenseType.options.map((type) => licensePresets[type])
  const row = (title: string, cells: string[]) => `| ${title} | ${cells.join(' | ')} |`
  const yes = (title: string, of: (rights: (typeof presets)[number]['rights']) => boolean) =>
    row(
      title,
      presets.map(({ rights }) => (of(rights) ? 'yes' : 'no')),
    )
  const count = (value: number | null, none: string) => value?.toLocaleString('en-US') ?? none
  for (const line of [
    row('', [...licenseType.options]).replace('|  |', '| |'),
    yes('Commercial use', ({ commercialUse }) => commercialUse),
    yes('Modification', ({ modification }) => modification),
    yes('Redistribution', ({ redistribution }) => redistribution),
    yes('Derivatives', ({ derivatives }) => derivatives),
    yes("On the licensee's machines", ({ onPremise }) => onPremise),
    row(
      'Attribution',
      presets.map(({ attribution }) => (attribution ? 'asked for' : 'not asked for')),
    ),
    row(
      'Requests a month',
      presets.map(({ quota }) => count(quota.max, 'without a limit')),
    ),
    row(
      'Machines',
      presets.map(({ nodesMax }) => count(nodesMax, 'without a limit')),
    ),
    row(
      'Valid for',
      presets.map(({ days }) => (days === null ? 'without end' : `${days} days`)),
    ),
    row(
      'Grace after the end',
      presets.map(({ graceDays }) => `${graceDays} days`),
    ),
    row(
      'Credits',
      presets.map(({ price }) =>
        price.kind === 'subscription' ? `${count(price.creditsPerMonth, '')} a month` : price.kind,
      ),
    ),
  ])
    expect(page).toContain(line)
})
