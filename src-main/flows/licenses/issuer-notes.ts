/**
 * What issuers sent beside licenses: tranches, receipts, times and recoveries. A row is a place to find a document by,
 * and no more, so each one is verified again before it counts; and the keys of this node itself say nothing to it.
 */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import type { IssuerPurpose, LicensePayload, TranchePayload } from '../../contract/license/documents.ts'
import { openDocument } from '../../license/envelope/open-document.ts'
import type { Issuers } from '../../license/issuers/issuers.ts'
import type { Attestation } from '../../license/ladder/rungs.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { listContacts, tranchesOf } from '../../store/tables/license-issuers.ts'
import { getSetting } from '../../store/tables/settings.ts'

type NoteKind = 'tranche' | 'time' | 'receipt' | 'recovery'

/** What a key must be certified for to sign it. */
export const purposeOf = (kind: NoteKind): IssuerPurpose => (kind === 'recovery' ? 'receipt' : kind)

/** Documents by their issuer: the last time that each sent. */
export const timesSetting = 'issuer-times'
export const times = z.record(z.string(), z.string())
/** Documents. */
export const recoveriesSetting = 'quota-recoveries'
export const recoveries = z.array(z.string())

export interface IssuerNotes {
  /** When an issuer was heard of last, in seconds; 0: never. */
  heardAt(issuer: string): number
  attested(issuer: string): Attestation | null
  newestAttestation(): Attestation | null
  /** What was bought for a license, each number once. */
  tranches(license: LicensePayload): TranchePayload['grants'][]
  /** Who granted to go on from which state. */
  recoveries(): Array<{ iss: string; recoveryId: string }>
}

/** `issuers` but for the node's own keys; `node` is the fingerprint of this machine. */
export function readIssuerNotes(db: NodeReader, issuers: Issuers, node: string): IssuerNotes {
  const open = <Kind extends NoteKind>(kind: Kind, text: string) => openNote(kind, text, issuers, node)
  const receipts = new Map(
    listContacts(db).flatMap(({ issuer, document }) => {
      const receipt = document === null ? null : open('receipt', document)
      return receipt?.iss === issuer ? [[issuer, receipt] as const] : []
    }),
  )
  const told = new Map(
    Object.entries(getSetting(db, timesSetting, times) ?? {}).flatMap(([issuer, text]) => {
      const time = open('time', text)
      return time?.iss === issuer ? [[issuer, time] as const] : []
    }),
  )
  const bought = new Map<string, TranchePayload['grants'][]>()
  return {
    heardAt: (issuer) => Math.max(receipts.get(issuer)?.iat ?? 0, told.get(issuer)?.iat ?? 0),
    attested: (issuer) => receipts.get(issuer)?.site ?? null,
    newestAttestation: () =>
      [...receipts.values()].flatMap(({ site }) => site ?? []).toSorted((a, b) => b.until - a.until)[0] ??
      null,
    tranches: ({ lid, iss }) => {
      const known = bought.get(lid)
      if (known) return known
      const numbered = new Map(
        tranchesOf(db, lid).flatMap(({ document }) => {
          const tranche = open('tranche', document)
          return tranche?.lid === lid && tranche.iss === iss
            ? [[tranche.number, tranche.grants] as const]
            : []
        }),
      )
      const grants = [...numbered.values()]
      bought.set(lid, grants)
      return grants
    },
    recoveries: () =>
      (getSetting(db, recoveriesSetting, recoveries) ?? []).flatMap((text) => open('recovery', text) ?? []),
  }
}

/** Null for what is not, or not any more, the word of an issuer to this machine. */
function openNote<Kind extends NoteKind>(kind: Kind, text: string, issuers: Issuers, node: string) {
  try {
    const { payload, kid } = openDocument(kind, Buffer.from(text), issuers.findKey)
    const { iss, iat, node: machine } = payload as { iss: string; iat: number; node: string | null }
    issuers.require({ kid, iss, iat }, purposeOf(kind))
    return machine === null || machine === node ? payload : null
  } catch (error) {
    if (error instanceof OutpostError) return null
    throw error
  }
}
