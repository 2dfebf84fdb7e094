/**
 * What the customer reads out first, so that the issuer finds the license and knows which code is next: 30 bits of a
 * hash of the license's id, 25 of the machine's, and the number of the code. It is no secret and proves nothing; it is
 * short enough to be said, and long enough that no issuer has two licenses that look alike by chance.
 */
import { createHash } from 'node:crypto'
import { fives, heard, spoken } from './spoken-groups.ts'

const challengeGroups = 4
const challengePurpose = 16

export interface Challenge {
  /** Six values of 5 bits, and five. */
  license: readonly number[]
  node: readonly number[]
  /** Of the code, from 0. */
  number: number
}

const digest = (kind: string, id: string, count: number): number[] =>
  fives(createHash('sha256').update(`outpost emergency ${kind}\n${id}`).digest(), count)

const licenseDigest = (lid: string): number[] => digest('license', lid, 6)
const nodeDigest = (node: string): number[] => digest('node', node, 5)

/** `node`: fingerprint of the machine's key. */
export const makeChallenge = (lid: string, node: string, number: number): string =>
  spoken([...licenseDigest(lid), ...nodeDigest(node), number], challengePurpose)

/** EMERGENCY_CODE_INVALID where it was misheard. */
export function readChallenge(text: string): Challenge {
  const values = heard(text, challengeGroups, challengePurpose, 'What the customer reads out')
  return { license: values.slice(0, 6), node: values.slice(6, 11), number: values[11] ?? 0 }
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, at) => value === b[at])

export const isAboutLicense = (challenge: Challenge, lid: string): boolean =>
  same(licenseDigest(lid), challenge.license)

export const isAboutNode = (challenge: Challenge, node: string): boolean =>
  same(nodeDigest(node), challenge.node)
