/** What a reference means and which version it chooses, against a slow reading of the same rules. */
import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import { chooseVersion, meaningOf } from '../../../src-main/base/version-reference.ts'
import { closeVersion } from '../../support/arbitrary-versions.ts'

const noPins = () => null
const candidates = (versions: string[]) =>
  [...new Set(versions)].toSorted(semver.rcompare).map((version) => ({ version, dataVersion: null }))

function choose(reference: string | null, versions: string[], pins: Record<string, string> = {}) {
  const meaning = meaningOf(reference)
  const choice = meaning && chooseVersion(meaning, candidates(versions), (alias) => pins[alias] ?? null)
  return choice ? `${choice.chosen.version} by ${choice.rule}` : null
}

const versions = ['0.9.0', '1.0.0', '1.2.0', '1.2.1', '2.0.0', '2.1.0-rc.1', '3.0.0-alpha']

describe('R40 to R44: a reference chooses', () => {
  test.each([
    ['1.2.0', '1.2.0 by exact'],
    ['2.1.0-rc.1', '2.1.0-rc.1 by exact'],
    ['latest', '2.0.0 by alias latest'],
    ['stable', '2.0.0 by alias stable'],
    ['1.x', '1.2.1 by range 1.x'],
    ['2.x', '2.0.0 by range 2.x'],
    ['1', '1.2.1 by range 1'],
    ['1.2', '1.2.1 by range 1.2'],
    ['^1.0', '1.2.1 by range ^1.0'],
    ['~1.2.0', '1.2.1 by range ~1.2.0'],
    ['>=1.0.0 <2', '1.2.1 by range >=1.0.0 <2'],
    ['^2.1.0-rc.0', '2.1.0-rc.1 by range ^2.1.0-rc.0'],
    ['*', '2.0.0 by range *'],
    ['x', '2.0.0 by range x'],
    [null, '2.0.0 by default stable'],
    ['', '2.0.0 by default stable'],
  ])('%s: %s', (reference, expected) => expect(choose(reference, versions)).toBe(expected))

  test.each([
    '9.9.9',
    '4.x',
    'nightly',
    'v1.2.0',
    '01.2.0',
    '1.2.0-',
    '<script>',
    '"; drop',
    'Stable',
    '../1',
    '1.2.0+other',
  ])('%s: nothing', (reference) => expect(choose(reference, versions)).toBeNull())
})

test('a pin decides over what moves by itself, and default over stable', () => {
  expect(choose('stable', versions, { stable: '1.0.0' })).toBe('1.0.0 by alias stable')
  expect(choose(null, versions, { stable: '1.0.0' })).toBe('1.0.0 by default stable')
  expect(choose(null, versions, { default: '1.2.0', stable: '1.0.0' })).toBe('1.2.0 by default default')
  expect(choose('blue', versions, { blue: '0.9.0' })).toBe('0.9.0 by alias blue')
  expect(choose('blue', versions, { blue: '7.0.0' })).toBeNull()
})

test('without a release, latest is the newest prerelease and nothing is stable', () => {
  expect(choose('latest', ['1.0.0-rc.1', '1.0.0-rc.2'])).toBe('1.0.0-rc.2 by alias latest')
  expect(choose('stable', ['0.4.0', '1.0.0-rc.2'])).toBeNull()
  expect(choose(null, ['0.4.0', '1.0.0-rc.2'])).toBe('0.4.0 by default latest')
})

test('a data version that is named must be the one that is there', () => {
  const meaning = meaningOf('1.2.0+data.7')
  const of = (dataVersion: string | null) =>
    meaning && chooseVersion(meaning, [{ version: '1.2.0', dataVersion }], noPins)?.rule
  expect(of('data.7')).toBe('exact')
  expect(of('data.8')).toBeUndefined()
  expect(of(null)).toBeUndefined()
})

test('agrees with a slow reading of the rules over any set of versions', () => {
  const slow = (reference: string, all: string[]): string | undefined => {
    const released = all.filter((version) => !version.includes('-'))
    const newest = (list: string[]) => list.toSorted(semver.compare).at(-1)
    if (reference === 'latest') return newest(released) ?? newest(all)
    if (reference === 'stable') return newest(released.filter((version) => !version.startsWith('0.')))
    if (semver.valid(reference)) return all.find((version) => version === reference)
    return semver.maxSatisfying(all, reference) ?? undefined
  }
  const reference = fc.oneof(
    fc.constantFrom(
      'latest',
      'stable',
      '1',
      '2.x',
      '^1.2',
      '~2.1',
      '1.2',
      '>=1.1.0 <3',
      '^0.1',
      '^2.0.0-alpha',
      '*',
    ),
    closeVersion,
  )
  fc.assert(
    fc.property(fc.array(closeVersion, { maxLength: 12 }), reference, (all, asked) => {
      const meaning = meaningOf(asked)
      expect(meaning && chooseVersion(meaning, candidates(all), noPins)?.chosen.version).toBe(
        slow(asked, all),
      )
    }),
    { numRuns: 1000 },
  )
})

test('any text is read without backtracking and never throws', () => {
  const hostile = [
    '1'.repeat(100_000),
    `${'>=1 '.repeat(32)}`,
    '^'.repeat(128),
    '1.2.0 ||'.repeat(15),
    `${'x.'.repeat(60)}x`,
    '- '.repeat(60),
  ]
  for (const text of hostile) {
    // A pattern that backtracks would not come back from these before the test's time is up.
    expect(() => meaningOf(text)).not.toThrow()
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 140 }), (text) => void meaningOf(text)),
    { numRuns: 2000 },
  )
})
