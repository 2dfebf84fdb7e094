/** What the flows of licenses stand on: this machine, its trusted time, and the book of what is installed. */

import { type SiteDeclaration, site } from '../../contract/license/views.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { getSetting } from '../../store/tables/settings.ts'
import type { MarksFile } from './marks.ts'
import type { NodeIdentity } from './node-identity.ts'
import { type BindingOf, createLicenseBook, type LicenseBook } from './standings.ts'

export interface Licensing {
  readonly identity: NodeIdentity
  readonly book: LicenseBook
  /** Trusted time in seconds. */
  now(): number
  /** The same to the millisecond, in ISO 8601: what is kept and licenses are held against later. */
  isoNow(): string
  /** As late as a document may be dated, in seconds: here the wall clock counts too. */
  latest(): number
  /** Something verified was signed then (seconds): it is that late at least. */
  heard(signedAt: number): void
  /** A signed time for this machine, which may also take a mistaken jump back. */
  correct(signedAt: number): void
  /** What is wrong with the clocks of this machine, and what to do. */
  anomalies(): Array<{ kind: string; since: string; message: string; hint: string }>
  bindingOf: BindingOf
  readonly marks: MarksFile
  /** Keyed hashes of what this machine is known by. */
  traits(): string[]
  /** Business at no declared place and under no name, until someone says otherwise. */
  site(): SiteDeclaration
}

export const siteSetting = 'license-site'
const undeclared: SiteDeclaration = { name: null, country: null, accounts: [], commercial: true }

/** The trusted clock, in seconds. */
export type LicenseTime = Pick<Licensing, 'now' | 'isoNow' | 'latest' | 'heard' | 'correct' | 'anomalies'>

export function createLicensing(
  db: NodeReader,
  identity: NodeIdentity,
  time: LicenseTime,
  machine: Pick<Licensing, 'bindingOf' | 'traits' | 'marks'>,
): Licensing {
  return {
    ...time,
    identity,
    ...machine,
    book: createLicenseBook(db, machine.bindingOf, identity.id, machine.marks),
    site: () => getSetting(db, siteSetting, site) ?? undeclared,
  }
}
