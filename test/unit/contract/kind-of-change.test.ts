/** A first version is told as such, whatever type of change its description holds. */
import { expect, test } from 'vitest'
import { kindOfChange } from '../../../src-main/contract/kind-of-change.ts'

const kind = (version: string, predecessor: string | null, trust: string) =>
  kindOfChange({ version, predecessor, changeType: 'minor', publisher: { trust } })

test.each([
  ['1.0.0', null, 'own', 'first'],
  ['3.2.0', null, 'own', 'first'],
  ['1.0.0+data.7', null, 'trusted', 'first'],
  ['1.0.0-rc.1', null, 'unknown', 'first'],
  ['0.1.0', null, 'trusted', 'first'],
  ['1.0.0', '1.0.0-rc.1', 'own', 'minor'],
  ['2.1.0', null, 'trusted', 'minor'],
  ['1.0.01', null, 'trusted', 'minor'],
])('%s after %s of a publisher that is %s: %s', (version, predecessor, trust, expected) => {
  expect(kind(version, predecessor, trust)).toBe(expected)
})
