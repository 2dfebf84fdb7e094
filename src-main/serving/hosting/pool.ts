/**
 * The memory for loaded models: so many bytes, asked for before a model is loaded and counted by what it then took.
 * Where there is no room, those that were asked longest ago leave; pinned ones stay. One model is admitted at a time.
 */
import { OutpostError } from '../../base/errors.ts'
import { createTurns } from '../../base/turns.ts'

export interface PoolMember {
  /** As a person knows it: model@version. */
  readonly name: string
  readonly isPinned: boolean
  /** performance.now() of its last request. */
  usedAt(): number
  /** Requests of it wait or run. */
  isBusy(): boolean
  /** Unloads it; it is loaded again by its next request. Settles when its memory is free. */
  leave(): Promise<void>
}

export interface Pool {
  /**
   * Room for so many more bytes of a member; others leave for it, but not for a further copy (`mayUnload` false).
   * MODEL_TOO_LARGE where it cannot be made.
   */
  admit(member: PoolMember, bytes: number, mayUnload: boolean): Promise<void>
  /** It was foreseen to take `foreseen` bytes and took `taken`. */
  measured(member: PoolMember, foreseen: number, taken: number): void
  release(member: PoolMember, bytes: number): void
  /** From now on so many bytes; those that rest leave until the others fit, and busy or pinned ones stay. */
  limit(bytes: number): Promise<void>
  usedBytes(): number
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export function createPool(atFirst: number): Pool {
  let budgetBytes = atFirst
  const taken = new Map<PoolMember, number>()
  const inTurn = createTurns()
  const used = (): number => taken.values().reduce((sum, bytes) => sum + bytes, 0)

  function add(member: PoolMember, bytes: number): void {
    const now = (taken.get(member) ?? 0) + bytes
    if (now > 0) taken.set(member, now)
    else taken.delete(member)
  }

  /** Those that rest first, then those that were asked longest ago. */
  function leavers(member: PoolMember): PoolMember[] {
    return [...taken.keys()]
      .filter((other) => other !== member && !other.isPinned)
      .toSorted((a, b) => Number(a.isBusy()) - Number(b.isBusy()) || a.usedAt() - b.usedAt())
  }

  async function makeRoom(member: PoolMember, bytes: number, mayUnload: boolean): Promise<void> {
    const others = mayUnload ? leavers(member) : []
    const canLeave = others.reduce((sum, other) => sum + (taken.get(other) ?? 0), 0)
    if (used() - canLeave + bytes > budgetBytes) throw tooLarge(member, bytes)
    for (const other of others) {
      if (used() + bytes <= budgetBytes) break
      await other.leave()
    }
    add(member, bytes)
  }

  async function shrink(): Promise<void> {
    for (const other of [...taken.keys()].toSorted((a, b) => a.usedAt() - b.usedAt())) {
      if (used() <= budgetBytes) return
      if (!other.isPinned && !other.isBusy()) await other.leave()
    }
  }

  function tooLarge(member: PoolMember, bytes: number): OutpostError {
    const loaded = [...taken].map(([{ name, isPinned }, size]) => ({ name, bytes: size, pinned: isPinned }))
    const held = loaded
      .filter(({ pinned }) => pinned)
      .map(({ name, bytes }) => `${name} (${mebibytes(bytes)})`)
    const pinned = held.length === 0 ? '' : ` Pinned: ${held.join(', ')}.`
    return new OutpostError(
      'MODEL_TOO_LARGE',
      `${member.name} needs about ${mebibytes(bytes)}; models may take ${mebibytes(budgetBytes)} here.${pinned}`,
      {
        hint: 'Give models more memory in the settings, unpin or stop a deployment, or deploy a smaller version.',
        details: { neededBytes: bytes, budgetBytes, usedBytes: used(), loaded },
      },
    )
  }

  return {
    limit: async (bytes) => {
      if (bytes === budgetBytes) return
      budgetBytes = bytes
      await inTurn('admit', shrink)
    },
    usedBytes: used,
    admit: (member, bytes, mayUnload) => inTurn('admit', () => makeRoom(member, bytes, mayUnload)),
    measured: (member, foreseen, bytes) => add(member, bytes - foreseen),
    release: (member, bytes) => add(member, -bytes),
  }
}
