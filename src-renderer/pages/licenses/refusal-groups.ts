/** Refusals that say the same of the same version, as one: a client that asks on would push everything else away. */
import type { RefusalSeen } from '../../../src-main/contract/license/views.ts'

export interface RefusalGroup {
  /** The newest. */
  last: RefusalSeen
  times: number
}

const sameness = ({ of, code, model, version, message }: RefusalSeen): string =>
  JSON.stringify([of, code, model, version, message])

/** In the order of the newest of each. */
export function groupRefusals(rows: readonly RefusalSeen[]): RefusalGroup[] {
  const newestFirst = rows.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
  return [...Map.groupBy(newestFirst, sameness).values()].flatMap((group) =>
    group[0] ? [{ last: group[0], times: group.length }] : [],
  )
}
