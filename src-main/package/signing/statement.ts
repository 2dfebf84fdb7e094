/**
 * What a publisher signs: an in-toto Statement (version 1) that names one manifest by its digest, with the
 * publisher's name and key, so that a package can show who says to have made it before anyone trusts them.
 */
import { z } from 'zod'
import { limits } from '../../contract/limits.ts'
import { publisherName } from '../../contract/names.ts'

export const publicationType = 'https://outpost.dev/attestation/publication/v1'

export const publicationStatement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(z.strictObject({ digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }))
    .length(1),
  predicateType: z.literal(publicationType),
  predicate: z.strictObject({ publisher: publisherName, publicKey: z.string().max(limits.lineCharsMax) }),
})
export type PublicationStatement = z.infer<typeof publicationStatement>
