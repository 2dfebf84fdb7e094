/**
 * The tally: of each account two slots, on pages of their own, of which the epoch of the open block chooses one. A
 * slot is written before an answer leaves, so what a killed process had answered stands in it.
 */
import { crc32 } from 'node:zlib'
import { type CounterFile, headBytes } from './counter-file.ts'
import { periodNumber, periodOfNumber } from './period.ts'

const pageBytes = 4096
const slotBytes = 72
const checkAt = 68
const usedAt = 48
const magic = 0x3154514f // "OQT1"

/** A block as its slot tells it. */
export interface TallySlot {
  /** Hex of the account's hash. */
  account: string
  period: string
  epoch: number
  /** Counted before the block. */
  base: number
  leased: number
  used: number
  /** Used of the block before this one, when this one was opened. */
  before: number
}

/** The slot of an open block, kept as bytes of which each admission changes the count. */
export type SlotBytes = Buffer

export function slotBytesOf(accountHash: Buffer, slot: Omit<TallySlot, 'account'>): SlotBytes {
  const bytes = Buffer.alloc(slotBytes)
  bytes.writeUInt32LE(magic, 0)
  accountHash.copy(bytes, 8)
  bytes.writeDoubleLE(slot.epoch, 24)
  bytes.writeDoubleLE(slot.base, 32)
  bytes.writeDoubleLE(slot.leased, 40)
  bytes.writeDoubleLE(slot.before, 56)
  bytes.writeUInt32LE(periodNumber(slot.period), 64)
  return bytes
}

const placeOf = (slot: number, epoch: number): number => headBytes + (slot * 2 + (epoch % 2)) * pageBytes

export function writeSlot(
  file: CounterFile,
  slot: number,
  epoch: number,
  bytes: SlotBytes,
  used: number,
): void {
  bytes.writeDoubleLE(used, usedAt)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, checkAt)), checkAt)
  file.write(bytes, placeOf(slot, epoch))
}

/** Room for both slots, so that a disk that fills up later cannot take it away. */
export function reserveSlots(file: CounterFile, slot: number): void {
  const end = headBytes + (slot + 1) * 2 * pageBytes
  if (file.size() < end) file.write(Buffer.alloc(2 * pageBytes), end - 2 * pageBytes)
}

/** Null where the slot was never written, or torn. */
export function readSlot(file: CounterFile, slot: number, parity: number): TallySlot | null {
  return parseSlot(file.read(placeOf(slot, parity), slotBytes))
}

function parseSlot(bytes: Buffer): TallySlot | null {
  if (bytes.readUInt32LE(0) !== magic) return null
  if (bytes.readUInt32LE(checkAt) !== crc32(bytes.subarray(0, checkAt))) return null
  return {
    account: bytes.toString('hex', 8, 24),
    epoch: bytes.readDoubleLE(24),
    base: bytes.readDoubleLE(32),
    leased: bytes.readDoubleLE(40),
    used: bytes.readDoubleLE(usedAt),
    before: bytes.readDoubleLE(56),
    period: periodOfNumber(bytes.readUInt32LE(64)),
  }
}

export const slotCount = (file: CounterFile): number =>
  Math.max(0, Math.ceil((file.size() - headBytes) / (2 * pageBytes)))
