/** Ordering and raising of versions, each against semver itself. */
import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import {
  buildMetadata,
  changedPart,
  nextVersion,
  versionIdentity,
  versionNumbers,
  versionSortKey,
} from '../../../src-main/base/version-order.ts'
import { versionName } from '../../../src-main/contract/names.ts'
import { anyVersion, release } from '../../support/arbitrary-versions.ts'

describe('versionSortKey', () => {
  test('orders any two versions by bytes as semver does', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(versionSortKey(a)), Buffer.from(versionSortKey(b)))
        expect(Math.sign(bytes)).toBe(semver.compare(a, b))
      }),
      { numRuns: 2000 },
    )
  })

  test('orders the example of the specification (section 11)', () => {
    const ordered =
      '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0'
    const versions = ordered.split(' ')
    expect(versions.toSorted((a, b) => (versionSortKey(a) < versionSortKey(b) ? -1 : 1))).toEqual(versions)
  })

  test('keeps numbers apart that are too long for a double', () => {
    expect(versionSortKey('1.0.0-99999999999999999998') < versionSortKey('1.0.0-99999999999999999999')).toBe(
      true,
    )
  })

  test('leaves build metadata out', () => {
    expect(versionSortKey('1.2.0+data.7')).toBe(versionSortKey('1.2.0'))
    expect(versionIdentity('1.2.0-rc.1+data.7')).toBe('1.2.0-rc.1')
    expect(buildMetadata('1.2.0+data.7')).toBe('data.7')
    expect(buildMetadata('1.2.0')).toBeNull()
  })
})

describe('nextVersion', () => {
  test('R15, R16: raises the part of a release and sets the lower ones to zero', () => {
    fc.assert(
      fc.property(release, fc.constantFrom('major', 'minor', 'patch'), (latest, change) => {
        expect(nextVersion(latest, change)).toBe(semver.inc(latest, change))
      }),
    )
  })

  test('is always a version, newer than the latest, also after a prerelease', () => {
    fc.assert(
      fc.property(anyVersion, fc.constantFrom('major', 'minor', 'patch'), (latest, change) => {
        const next = nextVersion(latest, change)
        expect(versionName.safeParse(next).success).toBe(true)
        expect(semver.gt(next, latest)).toBe(true)
        expect(semver.prerelease(next)).toBeNull()
      }),
    )
  })

  test.each([
    [null, 'major', '1.0.0'],
    [null, 'patch', '1.0.0'],
    ['2.0.0-rc.1', 'major', '2.0.0'],
    ['2.0.0-rc.1', 'minor', '2.1.0'],
    ['1.3.0-rc.1', 'minor', '1.3.0'],
    ['1.3.0-rc.1', 'patch', '1.3.1'],
    ['1.3.4-rc.1', 'patch', '1.3.4'],
    ['1.3.4-rc.1', 'minor', '1.4.0'],
  ] as const)('%s and a %s change make %s', (latest, change, next) => {
    expect(nextVersion(latest, change)).toBe(next)
  })
})

test('changedPart names the highest number that differs', () => {
  const part = (a: string, b: string) => changedPart(versionNumbers(a), versionNumbers(b))
  expect(part('1.2.3', '2.0.0')).toBe('major')
  expect(part('1.2.3', '1.3.0')).toBe('minor')
  expect(part('1.2.3', '1.2.4')).toBe('patch')
  expect(part('1.2.3-rc.1', '1.2.3')).toBeNull()
})
