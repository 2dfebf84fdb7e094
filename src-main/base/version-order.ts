/**
 * Semantic versions (semver.org 2.0.0) as a database orders them and as people change them: a key that sorts by bytes
 * as semver does, the part in which two versions differ, and the number that follows.
 */
import { parse, type SemVer } from 'semver'
import { assert } from './assert.ts'

export type VersionPart = 'major' | 'minor' | 'patch'

export interface VersionNumbers {
  major: number
  minor: number
  patch: number
  /** Without the leading dash; null for a release. */
  prerelease: string | null
}

/** The caller has checked the grammar (contract/names versionName). */
export function versionNumbers(version: string): VersionNumbers {
  const { major, minor, patch, prerelease } = parsed(version)
  return { major, minor, patch, prerelease: prerelease.length === 0 ? null : prerelease.join('.') }
}

/** Without build metadata: the identity of a version. */
export function versionIdentity(version: string): string {
  return parsed(version).version
}

/** The build metadata: what the product calls the data version. */
export const buildMetadata = (version: string): string | null => {
  const { build } = parsed(version)
  return build.length === 0 ? null : build.join('.')
}

export const withBuild = (version: string, build: string | null): string =>
  build === null ? version : `${version}+${build}`

/**
 * Orders as semver section 11 does when compared byte by byte. Numbers have nine digits at most (names.versionName);
 * a release ends in "~", which stands after the "-" of a prerelease; the fields of a prerelease end in "!", which
 * stands before anything a field may hold, so that fewer fields come first.
 */
export function versionSortKey(version: string): string {
  const { major, minor, patch, prerelease } = parsed(version)
  const numbers = [major, minor, patch].map((number) => String(number).padStart(9, '0')).join('.')
  return prerelease.length === 0 ? `${numbers}~` : `${numbers}-${rawFields(version).map(fieldKey).join('')}`
}

/** semver turns long numeric fields into inexact numbers, so they are taken from the text. */
function rawFields(version: string): string[] {
  const withoutBuild = version.split('+', 1)[0] ?? version
  return withoutBuild.slice(withoutBuild.indexOf('-') + 1).split('.')
}

function fieldKey(field: string): string {
  const digits = /^\d+$/.test(field)
  return digits ? `0${String(field.length).padStart(3, '0')}${field}!` : `1${field}!`
}

/** The highest of the three numbers in which they differ; null where they differ in none. */
export function changedPart(from: VersionNumbers, to: VersionNumbers): VersionPart | null {
  if (from.major !== to.major) return 'major'
  if (from.minor !== to.minor) return 'minor'
  return from.patch === to.patch ? null : 'patch'
}

/**
 * R15, R16: the version that a change makes of the newest one; the lower numbers go to zero. A prerelease whose numbers
 * were raised for this change becomes their release. The first version of a model is 1.0.0.
 */
export function nextVersion(latest: string | null, change: VersionPart): string {
  if (latest === null) return '1.0.0'
  const { major, minor, patch, prerelease } = versionNumbers(latest)
  const raisedFor: VersionPart = patch > 0 ? 'patch' : minor > 0 ? 'minor' : 'major'
  if (prerelease !== null && raisedFor === change) return `${major}.${minor}.${patch}`
  if (change === 'major') return `${major + 1}.0.0`
  return change === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

function parsed(version: string): SemVer {
  const result = parse(version)
  assert(result, `${version} is a version`)
  return result
}
