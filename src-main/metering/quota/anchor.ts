/**
 * The anchor: a place for each account with what it had at most used when its last block was opened. It lies in the
 * folder of keys, apart from the database and the tally.
 */
import { type CounterFile, headBytes } from './counter-file.ts'
import { periodNumber, periodOfNumber } from './period.ts'
import type { Seals } from './seals.ts'

const placeBytes = 64
const sealedBytes = 40

export interface AnchorPlace {
  slot: number
  account: string
  period: string
  epoch: number
  /** Counted, with the whole of the open block. */
  charged: number
}

export function writePlace(
  file: CounterFile,
  seals: Seals,
  accountHash: Buffer,
  { slot, period, epoch, charged }: Omit<AnchorPlace, 'account'>,
): void {
  const bytes = Buffer.alloc(placeBytes)
  accountHash.copy(bytes, 0)
  bytes.writeDoubleLE(epoch, 16)
  bytes.writeDoubleLE(charged, 24)
  bytes.writeUInt32LE(periodNumber(period), 32)
  bytes.writeUInt32LE(slot, 36)
  seals.bytes('place', bytes.subarray(0, sealedBytes)).copy(bytes, sealedBytes, 0, 24)
  file.write(bytes, headBytes + slot * placeBytes)
}

export function readPlaces(file: CounterFile, seals: Seals): AnchorPlace[] {
  const bytes = file.read(headBytes, Math.max(0, file.size() - headBytes))
  const places: AnchorPlace[] = []
  for (let at = 0; at + placeBytes <= bytes.length; at += placeBytes) {
    const place = bytes.subarray(at, at + placeBytes)
    const mac = seals.bytes('place', place.subarray(0, sealedBytes)).subarray(0, 24)
    if (!mac.equals(place.subarray(sealedBytes))) continue // never written, or torn: the tally knows it too
    places.push({
      account: place.toString('hex', 0, 16),
      epoch: place.readDoubleLE(16),
      charged: place.readDoubleLE(24),
      period: periodOfNumber(place.readUInt32LE(32)),
      slot: place.readUInt32LE(36),
    })
  }
  return places
}
