/** Another publisher and its licenses, put straight into the database of a node: what imports would leave there. */
import { sha256 } from '../../src-main/base/digest.ts'
import { newId } from '../../src-main/base/ids.ts'
import type { LicensePayload } from '../../src-main/contract/license/documents.ts'
import type { NodeWriter } from '../../src-main/store/sqlite.ts'
import { insertLicense } from '../../src-main/store/tables/licenses.ts'
import { putPublisher } from '../../src-main/store/tables/publishers.ts'
import type { TestIssuer } from './licenses.ts'

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

export function trustIssuer(db: NodeWriter, { name, pem, kid }: TestIssuer): void {
  putPublisher(db, {
    id: newId(),
    name,
    publicKey: pem,
    fingerprint: kid,
    own: false,
    retired: false,
    note: '',
    trustedAt: new Date().toISOString(),
    originNode: 'test',
  })
}

/** A serving process that runs already sees it with the next snapshot. */
export function storeLicense(db: NodeWriter, issuer: TestIssuer, change: Partial<LicensePayload>): void {
  const { payload, text } = issuer.license(change)
  const { lid, seq, iss, nbf, exp, model } = payload
  insertLicense(db, {
    lid,
    seq,
    originNode: 'test',
    document: text,
    digest: sha256(text),
    issuer: iss,
    model: model.id,
    startsAt: iso(nbf),
    endsAt: exp === null ? null : iso(exp),
    installedAt: new Date().toISOString(),
    installedBy: 'test',
    emergency: [],
  })
}
