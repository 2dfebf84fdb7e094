/** The attribution of the presets names somebody once it is filled in; other texts stay as they are. */
import { expect, test } from 'vitest'
import { filledAttribution } from '../../../src-main/contract/license/attribution.ts'
import { licensePresets, licenseType } from '../../../src-main/contract/license/terms.ts'

const named = { publisher: 'acme', title: 'Risk of {publisher}' }

test('each preset that asks for an attribution names the publisher and the title', () => {
  const filled = licenseType.options.map((type) => filledAttribution(licensePresets[type].attribution, named))
  expect(filled).toEqual([
    'Model by acme: Risk of {publisher}',
    'Model by acme: Risk of {publisher}',
    null,
    null,
  ])
})

test('a text of the issuer stays as it is, and none stays none', () => {
  expect(filledAttribution('Made by Acme, München {2026}.', named)).toBe('Made by Acme, München {2026}.')
  expect(filledAttribution(null, named)).toBeNull()
})
