/**
 * What stands in node.db about licenses, verified again and put together for the ladder. A row is a place to find a
 * document by, and no more: whoever edits one changes nothing that a signature covers. Documents are opened when they
 * are first asked for, never all at the start.
 */
import { createPublicKey } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import type { LicensePayload, RevocationsPayload } from '../../contract/license/documents.ts'
import { emergencyUntil } from '../../license/emergency/redeem.ts'
import { openDocument } from '../../license/envelope/open-document.ts'
import { createIssuers, type Issuers } from '../../license/issuers/issuers.ts'
import type { Binding, LicenseStanding, Site } from '../../license/ladder/rungs.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import {
  listContacts,
  listKeysets,
  listRevocations,
  type StoredContact,
} from '../../store/tables/license-issuers.ts'
import {
  licenseEnds,
  licensesOfModel,
  listLicenses,
  type StoredLicense,
} from '../../store/tables/licenses.ts'
import { currentSnapshot } from '../../store/tables/meta.ts'
import { listPublishers } from '../../store/tables/publishers.ts'

/** A license that cannot be relied on, and why. */
interface UnusableLicense {
  stored: StoredLicense
  failure: OutpostError
}

export interface Standings {
  /** Of a model, or of all. */
  usable: Array<{ stored: StoredLicense; standing: LicenseStanding; kid: string }>
  unusable: UnusableLicense[]
}

/** How a license is bound to this machine, at this moment. */
export type BindingOf = (license: LicensePayload, since: BoundSince | null) => Binding

/** Milliseconds of trusted time; null before the license is installed. */
interface BoundSince {
  boundAt: number
  /** Since when too few traits are found again. */
  belowSince: number | null
}

export interface LicenseBook {
  /** `now` in seconds of trusted time. */
  of(model: string | null, now: number): Standings
  issuers(): Issuers
  /** Whether this is a key of the node's own publisher, also one that was rotated out. */
  isOwn(fingerprint: string | null): boolean
  /** As the newest list of its issuer says. */
  revoked(lid: string, issuer: string): { at: number; reason: string } | null
  /** As the newest receipt says. */
  attested(): Site['attested']
}

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)
const openedMax = 10_000

export function createLicenseBook(db: NodeReader, bindingOf: BindingOf): LicenseBook {
  let snapshot = -1
  let about: About = readAbout(db)
  /** By digest of the document: what was verified once under these issuers is not verified again. */
  const opened = new Map<string, { payload: LicensePayload; kid: string } | OutpostError>()

  function present(): About {
    const now = currentSnapshot(db)
    if (now === snapshot) return about
    snapshot = now
    about = readAbout(db)
    opened.clear()
    return about
  }

  function open(stored: StoredLicense): { payload: LicensePayload; kid: string } | OutpostError {
    const known = opened.get(stored.document)
    if (known) return known
    if (opened.size >= openedMax) opened.clear()
    const found = openStored(stored, about.issuers)
    opened.set(stored.document, found)
    return found
  }

  return {
    issuers: () => present().issuers,
    isOwn: (fingerprint) => fingerprint !== null && present().own.has(fingerprint),
    revoked: (lid, issuer) => present().revocations.get(issuer)?.revoked.get(lid) ?? null,
    attested: () => newestAttestation(present().contacts),
    of: (model, now) => {
      const facts = present()
      const rows = model === null ? listLicenses(db) : licensesOfModel(db, model)
      const usable: Standings['usable'] = []
      const unusable: UnusableLicense[] = []
      for (const stored of rows) {
        const found = open(stored)
        if (found instanceof OutpostError) unusable.push({ stored, failure: found })
        else
          usable.push({
            stored,
            kid: found.kid,
            standing: standingOf(stored, found.payload, rows, { ...facts, bindingOf, now }),
          })
      }
      return { usable, unusable }
    },
  }
}

interface About {
  own: Set<string>
  issuers: Issuers
  ends: Map<string, string>
  contacts: Map<string, StoredContact>
  revocations: Map<string, { issuedAt: number; revoked: Map<string, { at: number; reason: string }> }>
}

function readAbout(db: NodeReader): About {
  const stored = listPublishers(db)
  const publishers = stored.map(({ name, fingerprint, publicKey }) => ({
    name,
    fingerprint,
    key: createPublicKey(publicKey),
  }))
  const roots = createIssuers(publishers, [])
  const keysets = listKeysets(db).flatMap(({ issuer, document }) => {
    const payload = verified(
      () => openDocument('keyset', Buffer.from(document), roots.findPublisherKey).payload,
    )
    return payload && payload.iss === issuer ? [payload] : []
  })
  const issuers = createIssuers(publishers, keysets)
  const revocations: About['revocations'] = new Map()
  for (const { issuer, document } of listRevocations(db)) {
    const list = verified(() => openSigned('revocations', document, issuers).payload)
    if (list && list.iss === issuer) revocations.set(issuer, readRevocations(list))
  }
  return {
    own: new Set(stored.filter(({ own }) => own).map(({ fingerprint }) => fingerprint)),
    issuers,
    ends: licenseEnds(db),
    contacts: new Map(listContacts(db).map((contact) => [contact.issuer, contact])),
    revocations,
  }
}

const readRevocations = ({ iat, revoked }: RevocationsPayload) => ({
  issuedAt: iat,
  revoked: new Map(revoked.map(({ lid, at, reason }) => [lid, { at, reason }])),
})

/** A document that was accepted and cannot be verified any more says nothing. */
function verified<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof OutpostError) return null
    throw error
  }
}

function openSigned<Kind extends 'license' | 'revocations'>(kind: Kind, document: string, issuers: Issuers) {
  const found = openDocument(kind, Buffer.from(document), issuers.findKey)
  issuers.require({ kid: found.kid, ...(found.payload as { iss: string; iat: number }) }, kind)
  return found
}

/** The issuer must be the publisher of the model, or certified by it (LIC_ISSUER). */
function openStored(
  stored: StoredLicense,
  issuers: Issuers,
): { payload: LicensePayload; kid: string } | OutpostError {
  try {
    const { payload, kid } = openSigned('license', stored.document, issuers)
    requirePublisher(payload)
    return { payload, kid }
  } catch (error) {
    if (error instanceof OutpostError) return error
    throw error
  }
}

export function requirePublisher({ iss, model }: LicensePayload): void {
  const publisher = model.id.split('.')[0] ?? ''
  if (iss === publisher) return
  throw new OutpostError(
    'LIC_ISSUER',
    `"${iss}" issued a license for ${model.id}, which is a model of "${publisher}".`,
    {
      hint: `Ask "${publisher}" for a license.`,
      details: { issuer: iss, publisher },
    },
  )
}

function standingOf(
  stored: StoredLicense,
  license: LicensePayload,
  rows: readonly StoredLicense[],
  { revocations, contacts, ends, bindingOf, now }: About & { bindingOf: BindingOf; now: number },
): LicenseStanding {
  const list = revocations.get(license.iss)
  const heard = contacts.get(license.iss)
  // The next one may be installed ahead: it takes over when it begins.
  const newer = rows.find(
    (row) => row.lid === stored.lid && row.seq > stored.seq && seconds(row.startsAt) <= now,
  )
  const end = ends.get(stored.lid)
  return {
    license,
    supersededBy: newer ? `document ${newer.seq} of the same license` : end ? `the license ${end}` : null,
    deactivated: stored.deactivation !== null,
    revoked: list?.revoked.get(license.lid) ?? null,
    revocationsIssuedAt: list?.issuedAt ?? null,
    heardAt: Math.max(license.iat, heard ? seconds(heard.heardAt) : 0),
    binding: bindingOf(license, {
      boundAt: Date.parse(stored.installedAt),
      belowSince: stored.rebindSince === null ? null : Date.parse(stored.rebindSince),
    }),
    emergencyUntil: emergencySeconds(stored, license.emergency),
  }
}

/** A row that someone edited to name a code that the license does not know helps nobody. */
function emergencySeconds({ emergency }: StoredLicense, known: readonly string[]): number | null {
  const until = emergencyUntil({ redeemed: emergency.filter(({ commitment }) => known.includes(commitment)) })
  return until === null ? null : Math.floor(until / 1000)
}

function newestAttestation(contacts: ReadonlyMap<string, StoredContact>): Site['attested'] {
  let newest: Site['attested'] = null
  for (const { country, countryUntil } of contacts.values()) {
    if (country === null || countryUntil === null) continue
    const until = seconds(countryUntil)
    if (newest === null || until > newest.until) newest = { country, until }
  }
  return newest
}
