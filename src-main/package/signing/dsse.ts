/**
 * DSSE, the envelope of a signature (secure-systems-lab/dsse, protocol 1.0.2): what is signed is a length-prefixed
 * join of type and payload, so that no payload can be read as another type.
 */
import { z } from 'zod'
import { limits } from '../../contract/limits.ts'

export const inTotoPayloadType = 'application/vnd.in-toto+json'

const base64 = z
  .base64()
  .max(limits.signatureBytesMax)
  // Spare bits of the last character are no information; two spellings of one signature would be two envelopes.
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'not canonical base64')

export const dsseEnvelope = z.strictObject({
  payload: base64,
  payloadType: z.literal(inTotoPayloadType),
  signatures: z.array(z.strictObject({ keyid: z.string().max(limits.lineCharsMax), sig: base64 })).length(1),
})
export type DsseEnvelope = z.infer<typeof dsseEnvelope>

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body; lengths in bytes, decimal. */
export function preAuthEncoding(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.byteLength} `), body])
}
