/**
 * What stands after the "@": an exact version, an alias, a range, or nothing. One reading for all who choose among
 * versions, whether those are all that are registered or only the deployed ones.
 */
import { Range, satisfies } from 'semver'
import { versionName } from '../contract/names.ts'
import { buildMetadata, versionIdentity, versionNumbers } from './version-order.ts'

export type VersionMeaning =
  | { kind: 'none' }
  /** `build` is null where the reference names none; then it means the version whatever its build metadata. */
  | { kind: 'exact'; version: string; build: string | null }
  | { kind: 'alias'; alias: string }
  | { kind: 'range'; text: string; range: Range }

/** Longer ones are refused before anything parses them: semver's grammar is not linear in the text. */
const referenceCharsMax = 128
const exactShape = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
const aliasGrammar = /^[a-z][a-z0-9-]{0,63}$/
const rangeGrammar = /^[\^~<>=\dxX*][\dA-Za-z.+\-^~<>=|* ]*$/

/** Null for what is none of these: a leading "v" is part of no version. */
export function meaningOf(reference: string | null | undefined): VersionMeaning | null {
  const text = reference?.trim() ?? ''
  if (text === '') return { kind: 'none' }
  if (text.length > referenceCharsMax) return null
  if (exactShape.test(text)) {
    // The shape without the grammar is a slip such as a leading zero, which semver's ranges would let pass.
    if (!versionName.safeParse(text).success) return null
    return { kind: 'exact', version: versionIdentity(text), build: buildMetadata(text) }
  }
  if (text !== 'x' && aliasGrammar.test(text)) return { kind: 'alias', alias: text }
  if (!rangeGrammar.test(text)) return null
  try {
    return { kind: 'range', text, range: new Range(text) }
  } catch (error) {
    if (error instanceof TypeError) return null // how semver says that it is no range
    throw error
  }
}

export interface VersionCandidate {
  /** Without build metadata. */
  version: string
  dataVersion: string | null
}

/**
 * The candidate that is meant, of `newestFirst`. `pinned` says which version an alias was pinned to; latest and stable
 * move by themselves until they are. Without a reference: the alias default where pinned, else stable, else latest.
 */
export function chooseVersion<Candidate extends VersionCandidate>(
  meaning: VersionMeaning,
  newestFirst: readonly Candidate[],
  pinned: (alias: string) => string | null,
): { chosen: Candidate; rule: string } | null {
  switch (meaning.kind) {
    case 'none': {
      const first = ['default', 'stable', 'latest'].map(
        (alias) => [alias, byAlias(alias, newestFirst, pinned)] as const,
      )
      const [alias, chosen] = first.find((entry) => entry[1] !== undefined) ?? []
      return chosen ? { chosen, rule: `default ${alias}` } : null
    }
    case 'exact': {
      const found = newestFirst.find(({ version }) => version === meaning.version)
      if (!found || (meaning.build !== null && found.dataVersion !== meaning.build)) return null
      return { chosen: found, rule: 'exact' }
    }
    case 'alias': {
      const chosen = byAlias(meaning.alias, newestFirst, pinned)
      return chosen ? { chosen, rule: `alias ${meaning.alias}` } : null
    }
    case 'range': {
      const chosen = newestFirst.find(({ version }) => satisfies(version, meaning.range))
      return chosen ? { chosen, rule: `range ${meaning.text}` } : null
    }
  }
}

function byAlias<Candidate extends VersionCandidate>(
  alias: string,
  newestFirst: readonly Candidate[],
  pinned: (alias: string) => string | null,
): Candidate | undefined {
  const pin = pinned(alias)
  if (pin !== null) return newestFirst.find(({ version }) => version === pin)
  if (alias === 'stable') return newestFirst.find(({ version }) => isStable(version))
  if (alias !== 'latest') return undefined
  return newestFirst.find(({ version }) => versionNumbers(version).prerelease === null) ?? newestFirst[0]
}

/** R14: the major number is above 0 and it is no prerelease. */
export function isStable(version: string): boolean {
  const { major, prerelease } = versionNumbers(version)
  return major > 0 && prerelease === null
}
