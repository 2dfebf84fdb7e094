/** License expressions by their shape (SPDX specification 2.3, annex D). */
import { expect, test } from 'vitest'
import { isLicenseExpression } from '../../../src-main/package/documents-check.ts'

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
})
