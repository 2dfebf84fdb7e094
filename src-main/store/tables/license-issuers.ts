/** What issuers sent beside licenses: lists of revocations, keysets, tranches, receipts. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredRevocations {
  issuer: string
  number: number
  issuedAt: string
  nextUpdate: string | null
  document: string
  importedAt: string
}

export const listRevocations = (db: NodeReader): StoredRevocations[] =>
  sql<StoredRevocations>(
    db,
    `select issuer, number, issued_at as issuedAt, next_update as nextUpdate, document, imported_at as importedAt
      from revocation_lists order by issuer`,
  ).all()

/** The list as a whole takes the place of the one before. */
export const putRevocations = (db: NodeWriter, list: StoredRevocations): void =>
  void sql(
    db,
    `insert into revocation_lists (issuer, number, issued_at, next_update, document, imported_at)
      values (@issuer, @number, @issuedAt, @nextUpdate, @document, @importedAt)
      on conflict (issuer) do update set number = excluded.number, issued_at = excluded.issued_at,
        next_update = excluded.next_update, document = excluded.document, imported_at = excluded.imported_at`,
  ).run(list)

export interface StoredKeyset {
  issuer: string
  n: number
  document: string
  importedAt: string
}

export const listKeysets = (db: NodeReader): StoredKeyset[] =>
  sql<StoredKeyset>(db, 'select issuer, n, document, imported_at as importedAt from keysets').all()

export const putKeyset = (db: NodeWriter, keyset: StoredKeyset): void =>
  void sql(
    db,
    `insert into keysets (issuer, n, document, imported_at) values (@issuer, @n, @document, @importedAt)
      on conflict (issuer) do update set n = excluded.n, document = excluded.document,
        imported_at = excluded.imported_at`,
  ).run(keyset)

export interface StoredTranche {
  lid: string
  number: number
  kind: 'credits' | 'quota'
  /** Of a quota, as 2026-11; empty for credits. */
  month: string
  amount: number
  document: string
  importedAt: string
}

export const tranchesOf = (db: NodeReader, lid: string): StoredTranche[] =>
  sql<StoredTranche>(
    db,
    `select lid, number, kind, month, amount, document, imported_at as importedAt from tranches where lid = ?
      order by number`,
  ).all(lid)

export const insertTranche = (db: NodeWriter, tranche: StoredTranche): void =>
  void sql(
    db,
    `insert into tranches (lid, number, kind, month, amount, document, imported_at)
      values (@lid, @number, @kind, @month, @amount, @document, @importedAt)`,
  ).run(tranche)

export interface StoredContact {
  issuer: string
  heardAt: string
  receiptNumber: number
  /** Where a receipt says that this site is, and until when that holds. */
  country: string | null
  countryUntil: string | null
  document: string | null
}

export const listContacts = (db: NodeReader): StoredContact[] =>
  sql<StoredContact>(
    db,
    `select issuer, heard_at as heardAt, receipt_number as receiptNumber, country, country_until as countryUntil,
      document from issuer_contacts`,
  ).all()

export const putContact = (db: NodeWriter, contact: StoredContact): void =>
  void sql(
    db,
    `insert into issuer_contacts (issuer, heard_at, receipt_number, country, country_until, document)
      values (@issuer, @heardAt, @receiptNumber, @country, @countryUntil, @document)
      on conflict (issuer) do update set heard_at = excluded.heard_at, receipt_number = excluded.receipt_number,
        country = excluded.country, country_until = excluded.country_until, document = excluded.document`,
  ).run(contact)
