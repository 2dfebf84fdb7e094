/** What a rung that refuses says, and whom to ask for more. */
import type { DenialCode } from '../../contract/license/decision.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'

export interface Refusal {
  code: DenialCode
  /** What the license says, what was found against it, and what to do. */
  clause: string
  evidence: string
  remedy: string
}

export const renewal = ({ contact, iss }: LicensePayload): string =>
  contact === '' ? `"${iss}"` : `"${iss}" (${contact})`
