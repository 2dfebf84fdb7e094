/**
 * The form of a usage segment: JSON lines, records followed by the seal of their block. A seal's hash covers the hash
 * before it and every byte of its block, its mac is keyed, so a line cannot be changed, dropped or put in unnoticed.
 */
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

export const segmentName = (number: number): string => `${String(number).padStart(8, '0')}.usage`
export const segmentNumber = (name: string): number | null => {
  const match = /^(\d{8})\.usage$/.exec(name)
  return match ? Number(match[1]) : null
}

/** What the first segment names as its predecessor's hash. */
export const noHash = '0'.repeat(64)

const hash = z.string().regex(/^[0-9a-f]{64}$/)
export const segmentHeader = z.object({ usage: z.literal(1), segment: z.int().min(1), previous: hash })
export const sealLine = z.object({ seal: z.int().min(0), count: z.int().min(0), hash, mac: hash })
export type Seal = z.infer<typeof sealLine>

export const headerText = (segment: number, previous: string): string =>
  `${JSON.stringify({ usage: 1, segment, previous })}\n`

export const sealPrefix = '{"seal":'

/** A KeyObject where many seals are made: bytes are made one for each. */
type MacKey = Uint8Array | KeyObject

const macOf = (key: MacKey, hashHex: string): Buffer => createHmac('sha256', key).update(hashHex).digest()

const hashOf = (previous: string, block: Uint8Array): string =>
  createHash('sha256').update(previous).update(block).digest('hex')

/** The seal line of a block; `sequence` counts the records of the whole chain up to and with this block. */
export function sealText(key: MacKey, previous: string, block: Uint8Array, sequence: number, count: number) {
  const sealed = hashOf(previous, block)
  const seal: Seal = { seal: sequence, count, hash: sealed, mac: macOf(key, sealed).toString('hex') }
  return { text: `${JSON.stringify(seal)}\n`, hash: sealed }
}

/** True where the seal fits its block, the hash before it and the key. */
export function sealFits(key: Uint8Array, previous: string, block: Uint8Array, seal: Seal): boolean {
  return (
    hashOf(previous, block) === seal.hash &&
    timingSafeEqual(macOf(key, seal.hash), Buffer.from(seal.mac, 'hex'))
  )
}
