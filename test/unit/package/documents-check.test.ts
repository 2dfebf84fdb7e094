/** What a package says to people, and license expressions by their shape (SPDX specification 2.3, annex D). */
import { join } from 'node:path'
import { expect } from 'vitest'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { checkDocuments } from '../../../src-main/package/checks/documents-check.ts'
import { isLicenseExpression, unlistedLicenses } from '../../../src-main/package/checks/license-expression.ts'
import { draftCard } from '../../../src-main/package/draft-card.ts'
import { card, test, writeSource } from '../../support/package-folder.ts'

test('expressions are taken, and what only looks like one is not', () => {
  const right = [
    'MIT',
    'Apache-2.0',
    'GPL-2.0+',
    'LicenseRef-Proprietary',
    'DocumentRef-a:LicenseRef-b',
    'NOASSERTION',
    'MIT OR Apache-2.0',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    '(MIT AND (BSD-3-Clause OR ISC)) OR 0BSD',
  ]
  const wrong = [
    '',
    'MIT OR',
    'OR MIT',
    'MIT Apache-2.0',
    '(MIT',
    'MIT)',
    '()',
    'MIT, ISC',
    'MIT AND OR ISC',
    'see file',
  ]
  expect(right.filter((text) => !isLicenseExpression(text))).toEqual([])
  expect(wrong.filter(isLicenseExpression)).toEqual([])
  expect(right.flatMap(unlistedLicenses)).toEqual([])
})

test('an identifier that SPDX does not list is told of, and one that it writes otherwise', () => {
  expect(unlistedLicenses('(FooBar OR apache-2.0) AND MIT WITH Some-exception')).toEqual([
    '"FooBar" is not on the list of SPDX licenses: write LicenseRef-FooBar, with its text.',
    '"apache-2.0" is written Apache-2.0 on the list of SPDX licenses.',
  ])
})

test('a card that states nothing and a license that is not there are told', async ({ folder }) => {
  let at = 0
  const found = async (
    ...[more, files]: [Parameters<typeof writeSource>[1], Parameters<typeof writeSource>[2]]
  ) => {
    const path = await writeSource(join(folder, `${at++}`), more, files)
    return await checkDocuments({ source: await readSource(path), folder: path })
  }
  expect(await found({}, {})).toMatchObject({
    outcome: 'passed',
    message: 'The card has all its sections. The license is Apache-2.0, without its text.',
  })
  const { descriptor, graph } = await readSource(await writeSource(join(folder, 'drafted')))
  expect(await found({}, { 'CARD.md': draftCard(descriptor, graph) })).toMatchObject({
    outcome: 'warned',
    message: expect.stringContaining('The card does not state intended use, limitations and failure modes,'),
    details: { missing: [], unstated: expect.arrayContaining(['fairness', 'training data']) },
  })
  expect(await found({}, { 'CARD.md': card.replace('## Fairness\n', '') })).toMatchObject({
    outcome: 'warned',
    message: 'The card has no section on fairness.',
  })
  expect(await found({ license: { spdx: 'NOASSERTION' } }, {})).toMatchObject({
    outcome: 'warned',
    message: 'No license is stated.',
  })
  expect(await found({ license: { spdx: 'FooBar' } }, {})).toMatchObject({
    outcome: 'warned',
    message: '"FooBar" is not on the list of SPDX licenses: write LicenseRef-FooBar, with its text.',
  })
  expect(await found({ license: { spdx: 'LicenseRef-Own' } }, {})).toMatchObject({ outcome: 'warned' })
  expect(
    await found({ license: { spdx: 'LicenseRef-Own', file: 'LICENSE' } }, { LICENSE: 'Ours.' }),
  ).toMatchObject({ outcome: 'passed' })
})
