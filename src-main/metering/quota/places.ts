/**
 * What the anchor and the tally remember of the accounts, and the counts that follow where the database knows less:
 * the larger one holds, with the whole of a block of which nothing better is known.
 */
import type { QuotaAccountRow } from '../../store/tables/quota.ts'
import { type AnchorPlace, readPlaces } from './anchor.ts'
import type { CounterFile } from './counter-file.ts'
import type { Seals } from './seals.ts'
import { readSlot, slotCount, type TallySlot } from './tally.ts'

/** By the hex of the account's hash. */
export type Places = Map<string, AnchorPlace>

export function rememberedPlaces(
  seals: Seals,
  anchor: CounterFile | null,
  tally: CounterFile | null,
  withTally: boolean,
): Places {
  const places: Places = new Map()
  const add = (place: AnchorPlace) => {
    const known = places.get(place.account)
    const isLater =
      !known || place.epoch > known.epoch || (place.epoch === known.epoch && place.charged > known.charged)
    if (isLater) places.set(place.account, place)
  }
  for (const place of anchor ? readPlaces(anchor, seals) : []) add(place)
  if (!tally || !withTally) return places
  for (let slot = 0; slot < slotCount(tally); slot++) {
    for (const parity of [0, 1]) {
      const found = readSlot(tally, slot, parity)
      // Nothing was used in an unused one, which may never have been opened.
      if (found && found.used > 0) add({ ...found, slot, charged: found.base + found.leased })
    }
  }
  return places
}

export interface ClosedBlock {
  used: number
  /** Of `used`: nobody knows that they were. */
  forfeited: number
}

/** How much of the block that a row says is open was used: exactly in the same boot, else the whole of it. */
export function closeBlock(row: QuotaAccountRow, tally: CounterFile, boot: string): ClosedBlock {
  const slot = ownSlot(row, readSlot(tally, row.slot, row.epoch % 2), row.epoch)
  const before = ownSlot(row, readSlot(tally, row.slot, (row.epoch + 1) % 2), row.epoch - 1)
  // A commit that failed and yet reached the disk: the block before was used on after it.
  const late = slot && before ? Math.max(0, before.used - slot.before) : 0
  const fits =
    slot !== null && slot.leased === row.leased && slot.used <= row.leased && slot.used >= 0 ? slot : null
  if (fits && boot !== '' && row.boot === boot && fits.base === row.settled) {
    return { used: fits.used + late, forfeited: 0 }
  }
  return { used: row.leased + late, forfeited: row.leased - (fits?.used ?? 0) }
}

const ownSlot = (row: QuotaAccountRow, slot: TallySlot | null, epoch: number): TallySlot | null =>
  slot && slot.account === row.hash && slot.epoch === epoch && slot.period === row.period ? slot : null
