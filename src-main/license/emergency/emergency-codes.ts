/**
 * Codes that an issuer can read out when nothing else reaches a customer: each is good for seven days, once. A
 * signature is too long to be read out, and a secret in the license would be known to its holder; so the license
 * carries hashes of a few codes, under its signature, and reading out a code is what reveals it. A code has 90 bits:
 * who tries a billion a second against its hash needs 39 billion years.
 */
import { createHash, createHmac, hkdfSync, type KeyObject } from 'node:crypto'
import { bitsOf, fives, spoken } from './spoken-groups.ts'

/** For the kinds of text that are spoken, and their groups of four. */
export const codeGroups = 6
export const codePurpose = 0

/** So many a license has as a rule: enough for a year of bad luck. */
const usualCodes = 5

/** What all codes of an issuer are derived from, so that none has to be kept: from its signing key. */
export const emergencySecret = (issuerKey: KeyObject): Buffer =>
  Buffer.from(
    hkdfSync('sha256', issuerKey.export({ type: 'pkcs8', format: 'der' }), '', 'outpost emergency codes', 32),
  )

/** The code of this number, from 0; the issuer alone can say it. */
export function emergencyCode(secret: Buffer, lid: string, number: number): string {
  const mac = createHmac('sha256', secret).update(`outpost emergency code\n${lid}\n${number}`).digest()
  return spoken(fives(mac, bitsOf(codeGroups) / 5), codePurpose)
}

export const makeEmergencyCodes = (secret: Buffer, lid: string, count = usualCodes): string[] =>
  Array.from({ length: count }, (_, number) => emergencyCode(secret, lid, number))

/** SHA-256 in hexadecimal; the license and the number are in it, so a code opens nothing but its own place. */
export const commitmentOf = (values: readonly number[], lid: string, number: number): string =>
  createHash('sha256')
    .update(`outpost emergency commitment\n${lid}\n${number}\n${values.join('.')}`)
    .digest('hex')
