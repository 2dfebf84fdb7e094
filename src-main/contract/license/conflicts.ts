/**
 * Where the fields of a license contradict its type. The fields are what holds; a person is asked all the same, since
 * one of the two is a mistake of whoever signed it.
 */
import type { LicenseTerms } from './terms.ts'

export function typeConflicts({ type, rights, quota }: LicenseTerms): string[] {
  const found: string[] = []
  if (type === 'COMMUNITY' && rights.commercialUse)
    found.push('COMMUNITY is for non-commercial use, and its fields allow commercial use.')
  if (type !== 'COMMUNITY' && !rights.commercialUse)
    found.push(`${type} is for commercial use, and its fields do not allow it.`)
  if (type === 'DEVELOPER' && quota.max === null)
    found.push('DEVELOPER counts the requests of a month, and its fields state no number.')
  if (type === 'PROFESSIONAL' && quota.max !== null)
    found.push('PROFESSIONAL is without a limit of requests, and its fields state one.')
  if (type === 'ENTERPRISE' && !rights.onPremise)
    found.push('ENTERPRISE is for the licensee’s own machines, and its fields do not allow them.')
  return found
}
