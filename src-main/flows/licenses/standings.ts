/**
 * What stands in node.db about licenses, verified again and put together for the ladder. A row is a place to find a
 * document by, and no more: whoever edits one changes nothing that a signature covers. Documents are opened when they
 * are first asked for, never all at the start.
 */
import { createPublicKey } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import type { IssuerPurpose, LicensePayload, RevocationsPayload } from '../../contract/license/documents.ts'
import { emergencyUntil } from '../../license/emergency/redeem.ts'
import { openDocument } from '../../license/envelope/open-document.ts'
import { createIssuers, type Issuers } from '../../license/issuers/issuers.ts'
import { type Binding, graceEnd, type LicenseStanding } from '../../license/ladder/rungs.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { listKeysets, listRevocations } from '../../store/tables/license-issuers.ts'
import {
  everInstalled,
  licenseEnds,
  licenseHistory,
  licensesOfModel,
  listLicenses,
  type StoredLicense,
} from '../../store/tables/licenses.ts'
import { currentSnapshot } from '../../store/tables/meta.ts'
import { listPublishers } from '../../store/tables/publishers.ts'
import { type IssuerNotes, readIssuerNotes } from './issuer-notes.ts'
import { type Marks, type MarksFile, noMarks } from './marks.ts'

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
  /** Of one license all that can be relied on, with those that were removed: what is billed goes by them. */
  documents(lid: string): LicensePayload[]
  issuers(): Issuers
  /** But for the keys of this node itself, which say nothing to it in the name of whom it is licensed by. */
  others(): Issuers
  notes(): IssuerNotes
  /** Names of all others whose licenses were installed here and have not ended, with those that were removed. */
  everIssued(now: number): string[]
  /** Whether this is a key of the node's own publisher, also one that was rotated out. */
  isOwn(fingerprint: string | null): boolean
  marks(): Marks
  /** As the newest list of its issuer says. */
  revoked(lid: string, issuer: string): { at: number; reason: string } | null
}

const openedMax = 10_000

/** `node` is the fingerprint of this machine. */
export function createLicenseBook(
  db: NodeReader,
  bindingOf: BindingOf,
  node: string,
  file: Pick<MarksFile, 'read'>,
): LicenseBook {
  let snapshot = -1
  let about: About = readAbout(db, node, file.read())
  /** By digest of the document: what was verified once under these issuers is not verified again. */
  const opened = new Map<string, { payload: LicensePayload; kid: string } | OutpostError>()

  function present(): About {
    const now = currentSnapshot(db)
    if (now === snapshot) return about
    snapshot = now
    about = readAbout(db, node, file.read())
    opened.clear()
    return about
  }

  function open(stored: StoredLicense): { payload: LicensePayload; kid: string } | OutpostError {
    const known = opened.get(stored.document)
    if (known) return known
    if (opened.size >= openedMax) opened.clear()
    const found = openStored(stored, about)
    opened.set(stored.document, found)
    return found
  }

  return {
    issuers: () => present().issuers,
    others: () => present().others,
    notes: () => present().notes,
    everIssued: (now) => {
      present()
      const isPresent = (payload: LicensePayload) => (graceEnd(payload) ?? Number.POSITIVE_INFINITY) > now
      const names = everInstalled(db).flatMap((stored) => {
        const found = open(stored)
        return !(found instanceof OutpostError) && isPresent(found.payload) ? [found.payload.iss] : []
      })
      return [...new Set(names)]
    },
    documents: (lid) => {
      present()
      return licenseHistory(db, lid).flatMap((stored) => {
        const found = open(stored)
        return found instanceof OutpostError ? [] : [found.payload]
      })
    },
    isOwn: (fingerprint) => fingerprint !== null && present().own.has(fingerprint),
    revoked: (lid, issuer) => revokedIn(present(), lid, issuer),
    marks: () => present().marks,
    of: (model, now) => {
      const facts = present()
      const rows = model === null ? listLicenses(db) : licensesOfModel(db, model)
      const opened: Opened[] = []
      const unusable: UnusableLicense[] = []
      for (const row of rows) {
        const stored = asMarked(row, facts.marks)
        const found = open(stored)
        if (found instanceof OutpostError) unusable.push({ stored, failure: found })
        else opened.push({ stored, ...found })
      }
      const usable = opened.map(({ stored, payload, kid }) => ({
        stored,
        kid,
        standing: standingOf(stored, payload, opened, { ...facts, bindingOf, now }),
      }))
      return { usable, unusable }
    },
  }
}

interface Opened {
  stored: StoredLicense
  payload: LicensePayload
  kid: string
}

interface About {
  marks: Marks
  own: Set<string>
  issuers: Issuers
  others: Issuers
  notes: IssuerNotes
  /** By the id of the license that ended: the one that ended it, and who issued that. */
  ends: ReturnType<typeof licenseEnds>
  revocations: Map<string, { issuedAt: number; revoked: Map<string, { at: number; reason: string }> }>
}

function readAbout(db: NodeReader, node: string, marked: Marks | null): About {
  const stored = listPublishers(db)
  const publishers = stored.map(({ name, fingerprint, publicKey }) => ({
    name,
    fingerprint,
    key: createPublicKey(publicKey),
  }))
  const isMarked = (fingerprint: string) => marked === null || marked.own.includes(fingerprint)
  const own = new Set(
    stored
      .filter(({ own, fingerprint }) => own && isMarked(fingerprint))
      .map(({ fingerprint }) => fingerprint),
  )
  const roots = createIssuers(publishers, [])
  const keysets = listKeysets(db).flatMap(({ issuer, document }) => {
    const found = verified(() => openDocument('keyset', Buffer.from(document), roots.findPublisherKey))
    return found?.payload.iss === issuer && roots.isPublisher(found.kid, issuer) ? [found] : []
  })
  const payloads = keysets.map(({ payload }) => payload)
  const issuers = createIssuers(publishers, payloads)
  const others = createIssuers(
    publishers.filter(({ fingerprint }) => !own.has(fingerprint)),
    keysets.filter(({ kid }) => !own.has(kid)).map(({ payload }) => payload),
  )
  const revocations: About['revocations'] = new Map()
  for (const { issuer, document } of listRevocations(db)) {
    const list = verified(() => openSigned('revocations', document, others).payload)
    if (list && list.iss === issuer) revocations.set(issuer, readRevocations(list))
  }
  return {
    marks: marked ?? noMarks,
    own,
    issuers,
    others,
    notes: readIssuerNotes(db, others, node),
    ends: licenseEnds(db),
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

/** The issuer must be the publisher of the model, or certified by it, and not the node itself (LIC_ISSUER). */
function openStored(
  stored: StoredLicense,
  { issuers, others }: Pick<About, 'issuers' | 'others'>,
): { payload: LicensePayload; kid: string } | OutpostError {
  try {
    const { payload, kid } = openSigned('license', stored.document, issuers)
    requirePublisher(payload)
    requireOther(others, { kid, iss: payload.iss, iat: payload.iat }, 'license')
    requireSameRow(stored, payload)
    return { payload, kid }
  } catch (error) {
    if (error instanceof OutpostError) return error
    throw error
  }
}

/** Whoever operates the node has its keys: what they sign is no word of an issuer to the node. */
export function requireOther(
  others: Issuers,
  signed: { kid: string; iss: string; iat: number },
  purpose: IssuerPurpose,
): void {
  try {
    others.require(signed, purpose)
  } catch (cause) {
    throw new OutpostError(
      'LIC_ISSUER',
      'It was signed with a key of this node itself, which licenses nothing here.',
      {
        hint: `The node's own versions need no license; for others ask their publisher.`,
        details: { kid: signed.kid, iss: signed.iss },
        cause,
      },
    )
  }
}

function requireSameRow({ lid, seq, model }: StoredLicense, payload: LicensePayload): void {
  if (lid === payload.lid && seq === payload.seq && model === payload.model.id) return
  throw new OutpostError('LIC_SUPERSEDED', 'The row of this license says something else than its document.', {
    hint: 'Remove it, and import the document again.',
  })
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
  opened: readonly Opened[],
  facts: About & { bindingOf: BindingOf; now: number },
): LicenseStanding {
  const { notes, ends, marks, bindingOf, now } = facts
  const list = facts.revocations.get(license.iss)
  const sameIssuer = opened.filter(({ payload }) => payload.iss === license.iss)
  // The next one may be installed ahead: it takes over when it begins.
  const newer = sameIssuer.find(
    ({ payload }) => payload.lid === license.lid && payload.seq > license.seq && payload.nbf <= now,
  )?.payload
  const noted = ends.get(license.lid)
  const end =
    noted?.issuer === license.iss
      ? noted.by
      : sameIssuer.find(
          ({ payload: { lid, supersedes } }) => lid !== license.lid && supersedes.includes(license.lid),
        )?.payload.lid
  return {
    license,
    supersededBy: newer ? `document ${newer.seq} of the same license` : end ? `the license ${end}` : null,
    deactivated: stored.deactivation !== null || license.seq <= (marks.given[license.lid] ?? 0),
    revoked: revokedIn(facts, license.lid, license.iss),
    revocationsIssuedAt: list?.issuedAt ?? null,
    heardAt: Math.max(license.iat, notes.heardAt(license.iss)),
    binding: bindingOf(license, marks.bound[license.lid] ? boundSince(stored) : null),
    emergencyUntil: emergencySeconds(stored, license.emergency),
    attested: notes.attested(license.iss),
  }
}

const boundSince = ({ installedAt, rebindSince }: StoredLicense): BoundSince => ({
  boundAt: Date.parse(installedAt),
  belowSince: rebindSince === null ? null : Date.parse(rebindSince),
})

/** What the marks say holds, whatever the row says. */
function asMarked(row: StoredLicense, { codes, belowSince }: Marks): StoredLicense {
  const since = belowSince[row.lid]
  return {
    ...row,
    emergency: codes[row.lid] ?? [],
    rebindSince: since === undefined ? row.rebindSince : new Date(since).toISOString(),
  }
}

/** By the newest list, or by one that is not in its row any more. */
function revokedIn({ revocations, marks }: About, lid: string, issuer: string) {
  const marked = marks.revoked[lid]
  return revocations.get(issuer)?.revoked.get(lid) ?? (marked?.iss === issuer ? marked : null)
}

/** A row that someone edited to name a code that the license does not know helps nobody. */
function emergencySeconds({ emergency }: StoredLicense, known: readonly string[]): number | null {
  const until = emergencyUntil({ redeemed: emergency.filter(({ commitment }) => known.includes(commitment)) })
  return until === null ? null : Math.floor(until / 1000)
}
