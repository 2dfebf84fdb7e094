/** What a version changes, as people are told: a first one changes nothing, whatever its description has to hold. */
import type { ChangeType } from './package.ts'

interface Told {
  version: string
  changeType: ChangeType
  /** The version below it that is known here. */
  predecessor: string | null
  publisher: { trust: string }
}

/** Of another publisher's model the versions before may be missing here: then its number has to be a first one. */
export function kindOfChange({ version, changeType, predecessor, publisher }: Told): ChangeType | 'first' {
  if (predecessor !== null) return changeType
  return publisher.trust === 'own' || firstNumber.test(version) ? 'first' : changeType
}

const firstNumber = /^(1\.0\.0|0\.1\.0|0\.0\.1)(?![^-+])/
