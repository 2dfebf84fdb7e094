/** The provider's side of licenses: issue, take back, certify keys, sell more, answer reports. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { issuerPurpose, licensePayload, recoveryId } from '../license/documents.ts'
import {
  issuedLicense,
  keysetEntry,
  licenseDraft,
  openedRequest,
  sealedPackage,
  sealedVersion,
} from '../license/issuing.ts'
import { receivedReport } from '../license/reports.ts'
import { countryCode } from '../license/terms.ts'
import { limits } from '../limits.ts'
import { digest, modelId, rowId, timestamp, versionReference } from '../names.ts'

const tags = ['Issuing']
const signed = z.string().max(limits.listJwsBytesMax + 2)
const signedFile = z.object({ fileName: z.string(), document: z.string() })
const one = z.object({ lid: rowId })
const line = z.string().trim().min(1).max(limits.lineCharsMax)

export const issuing = {
  list: oc
    .route({
      method: 'GET',
      path: '/issuing',
      summary: 'Licenses that this node issued, the newest first',
      tags,
    })
    .output(z.array(issuedLicense)),
  preview: oc
    .route({ method: 'POST', path: '/issuing/preview', summary: 'What would be signed; nothing is', tags })
    .input(licenseDraft)
    .output(
      z.object({
        license: licensePayload,
        conflicts: z.array(z.string()),
        /** What a person should know before it is signed. */
        warnings: z.array(z.string()),
      }),
    ),
  issue: oc
    .route({
      method: 'POST',
      path: '/issuing',
      summary: 'Sign a license; its emergency codes can be looked up again',
      tags,
    })
    .input(licenseDraft)
    .output(
      signedFile.extend({
        license: licensePayload,
        codes: z.array(z.string()),
        warnings: z.array(z.string()),
      }),
    ),
  seal: oc
    .route({
      method: 'POST',
      path: '/issuing/sealed',
      summary:
        'Encrypt the weights of an own version; GET /api/sealed-packages/{keyId} hands the package out once',
      tags,
    })
    .input(z.object({ model: modelId, version: versionReference }))
    .output(sealedPackage),
  sealed: oc
    .route({
      method: 'GET',
      path: '/issuing/sealed',
      summary: 'Versions that this node has sealed, with the names of their keys',
      tags,
    })
    .output(z.array(sealedVersion)),
  document: oc
    .route({
      method: 'GET',
      path: '/issuing/{lid}/document',
      summary: 'The newest document of a license',
      tags,
    })
    .input(one)
    .output(signedFile),
  openRequest: oc
    .route({ method: 'POST', path: '/issuing/requests', summary: 'Read the request of a machine', tags })
    .input(z.object({ document: signed }))
    .output(openedRequest),
  emergencyCode: oc
    .route({
      method: 'POST',
      path: '/issuing/emergency-code',
      summary: 'The code to read out, for what the customer reads out',
      tags,
    })
    .input(z.object({ challenge: z.string().min(1).max(100) }))
    .output(
      z.object({ lid: rowId, account: z.string(), model: z.string(), number: z.int(), code: z.string() }),
    ),
  revoke: oc
    .route({ method: 'POST', path: '/issuing/{lid}/revoke', summary: 'Take a license back', tags })
    .input(one.extend({ reason: z.string().trim().max(limits.lineCharsMax).default('') }))
    .output(issuedLicense),
  revocations: oc
    .route({
      method: 'POST',
      path: '/issuing/revocations',
      summary: 'Sign the present list of revocations',
      tags,
    })
    .output(signedFile.extend({ number: z.int(), revoked: z.int() })),
  keys: oc
    .route({
      method: 'GET',
      path: '/issuing/keys',
      summary: 'Keys that may sign in the name of this publisher',
      tags,
    })
    .output(z.array(keysetEntry)),
  certify: oc
    .route({
      method: 'POST',
      path: '/issuing/keys',
      summary: 'Certify a key for some purposes and a time',
      tags,
    })
    .input(
      z.object({
        /** PEM, or base64 of SPKI. */
        key: z.string().min(1).max(4096),
        name: line,
        purposes: z.array(issuerPurpose).min(1),
        until: timestamp.nullable().default(null),
      }),
    )
    .output(keysetEntry),
  revokeKey: oc
    .route({ method: 'POST', path: '/issuing/keys/revoke', summary: 'Revoke a certified key', tags })
    .input(z.object({ kid: digest }))
    .output(keysetEntry),
  keyset: oc
    .route({ method: 'POST', path: '/issuing/keyset', summary: 'Sign the present keyset', tags })
    .output(signedFile.extend({ n: z.int() })),
  tranche: oc
    .route({
      method: 'POST',
      path: '/issuing/{lid}/tranche',
      summary: 'Sign credits, or more requests of a month',
      tags,
    })
    .input(
      one.extend({
        kind: z.enum(['credits', 'quota']),
        amount: z.int().min(1).max(1_000_000_000_000),
        /** Of a quota, as 2026-11. */
        month: z
          .string()
          .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
          .optional(),
        /** Fingerprint of the machine; null: any. */
        node: digest.nullable().default(null),
      }),
    )
    .output(signedFile),
  time: oc
    .route({
      method: 'POST',
      path: '/issuing/time',
      summary: 'Sign the time, for a machine that lost its own',
      tags,
    })
    .input(z.object({ node: digest.nullable().default(null) }))
    .output(signedFile),
  takeReport: oc
    .route({
      method: 'POST',
      path: '/issuing/reports',
      summary: 'Take a usage report in: its figures, held against the last one; nothing is signed',
      tags,
    })
    .input(z.object({ document: signed }))
    .output(receivedReport),
  reports: oc
    .route({
      method: 'GET',
      path: '/issuing/reports',
      summary: 'Usage reports that were received, the newest first',
      tags,
    })
    .output(z.array(receivedReport)),
  report: oc
    .route({ method: 'GET', path: '/issuing/reports/{digest}', summary: 'A received report', tags })
    .input(z.object({ digest }))
    .output(receivedReport),
  reportFiles: oc
    .route({
      method: 'GET',
      path: '/issuing/reports/{digest}/documents',
      summary: 'A received report as its file, and the receipt that was signed for it',
      tags,
    })
    .input(z.object({ digest }))
    .output(z.object({ report: signedFile, receipt: signedFile.nullable() })),
  receipt: oc
    .route({
      method: 'POST',
      path: '/issuing/receipts',
      summary: 'Sign the receipt of a usage report, which is kept with it',
      tags,
    })
    .input(
      z.object({
        report: signed,
        country: countryCode.nullable().default(null),
        attestedDays: z.int().min(1).max(366).default(90),
      }),
    )
    .output(signedFile.extend({ problems: z.array(z.string()), received: receivedReport })),
  recovery: oc
    .route({
      method: 'POST',
      path: '/issuing/recoveries',
      summary: 'Let a machine count on after its files were lost',
      tags,
    })
    .input(z.object({ node: digest, recoveryId }))
    .output(signedFile),
  moved: oc
    .route({
      method: 'POST',
      path: '/issuing/deactivations',
      summary: 'Check the proof that a machine gave a license up',
      tags,
    })
    .input(z.object({ document: signed }))
    .output(
      z.object({ lid: rowId, node: z.string(), name: z.string(), at: timestamp, license: issuedLicense }),
    ),
}
