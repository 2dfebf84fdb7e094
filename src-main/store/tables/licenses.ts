/** Installed licenses, by their documents: who relies on one verifies it again, since a row can be edited. */
import { z } from 'zod'
import { type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

const redeemedCode = z.object({ commitment: z.string(), at: z.number(), until: z.number() })
type RedeemedCode = z.infer<typeof redeemedCode>

export interface StoredLicense {
  lid: string
  seq: number
  /** Compact JWS. */
  document: string
  digest: string
  issuer: string
  model: string
  startsAt: string
  endsAt: string | null
  installedAt: string
  installedBy: string
  removedAt: string | null
  /** The proof that it was moved away from here. */
  deactivation: string | null
  rebindSince: string | null
  /** Codes that were redeemed; milliseconds of trusted time. */
  emergency: RedeemedCode[]
}

const columns = `lid, seq, document, digest, issuer, model, starts_at as startsAt, ends_at as endsAt,
  installed_at as installedAt, installed_by as installedBy, removed_at as removedAt, deactivation,
  rebind_since as rebindSince, emergency`
type Raw = Omit<StoredLicense, 'emergency'> & { emergency: string }
const read = (row: Raw): StoredLicense => ({
  ...row,
  emergency: readJson(z.array(redeemedCode), row.emergency, 'list of emergency codes'),
})

/** Those that were not removed, in the order of lid and seq. */
export const listLicenses = (db: NodeReader): StoredLicense[] =>
  sql<Raw>(db, `select ${columns} from licenses where removed_at is null order by lid, seq`).all().map(read)

/** Removed ones too. */
export const everInstalled = (db: NodeReader): StoredLicense[] =>
  sql<Raw>(db, `select ${columns} from licenses order by lid, seq`).all().map(read)

export const licensesOfModel = (db: NodeReader, model: string): StoredLicense[] =>
  sql<Raw>(db, `select ${columns} from licenses where model = ? and removed_at is null order by lid, seq`)
    .all(model)
    .map(read)

/** Removed ones too, the newest first: what an older copy is held against. */
export const licenseHistory = (db: NodeReader, lid: string): StoredLicense[] =>
  sql<Raw>(db, `select ${columns} from licenses where lid = ? order by seq desc`).all(lid).map(read)

export const countLicenses = (db: NodeReader): number =>
  sql<{ count: number }>(db, 'select count(*) as count from licenses').get()?.count ?? 0

export const insertLicense = (
  db: NodeWriter,
  license: Omit<StoredLicense, 'removedAt' | 'deactivation' | 'rebindSince'> & {
    originNode: string
  },
): void =>
  void sql(
    db,
    `insert into licenses (lid, seq, origin_node, document, digest, issuer, model, starts_at, ends_at, installed_at,
      installed_by, emergency) values (@lid, @seq, @originNode, @document, @digest, @issuer, @model, @startsAt, @endsAt,
      @installedAt, @installedBy, @emergency)
      on conflict (lid, seq) do update set removed_at = null, installed_at = excluded.installed_at,
        installed_by = excluded.installed_by, revision = revision + 1`,
  ).run({ ...license, emergency: JSON.stringify(license.emergency) })

type Change = Partial<Pick<StoredLicense, 'removedAt' | 'deactivation' | 'rebindSince' | 'emergency'>>

/** What the change leaves out stays. */
export function changeLicense(
  db: NodeWriter,
  { lid, seq }: Pick<StoredLicense, 'lid' | 'seq'>,
  change: Change,
): void {
  const present = licenseHistory(db, lid).find((license) => license.seq === seq)
  if (!present) return
  const { removedAt, deactivation, rebindSince, emergency } = { ...present, ...change }
  sql(
    db,
    `update licenses set removed_at = @removedAt, deactivation = @deactivation, rebind_since = @rebindSince,
      emergency = @emergency, revision = revision + 1
      where lid = @lid and seq = @seq`,
  ).run({
    lid,
    seq,
    removedAt,
    deactivation,
    rebindSince,
    emergency: JSON.stringify(emergency),
  })
}

/** `lid` ends where `by` is installed. */
export const endLicense = (db: NodeWriter, lid: string, by: string, at: string): void =>
  void sql(db, 'insert or ignore into license_ends (lid, by_lid, at) values (?, ?, ?)').run(lid, by, at)

/** The license that ended each, by its id, and the issuer of that one. */
export const licenseEnds = (db: NodeReader): Map<string, { by: string; issuer: string }> =>
  new Map(
    sql<{ lid: string; by: string; issuer: string }>(
      db,
      `select distinct e.lid, e.by_lid as by, l.issuer from license_ends e join licenses l on l.lid = e.by_lid`,
    )
      .all()
      .map(({ lid, ...end }) => [lid, end]),
  )
