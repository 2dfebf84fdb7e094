/** Row ids: UUID version 7 (RFC 9562), which sort by the time they were made. */
import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

export const newId = (): string => v7()

const random = new Uint8Array(16 * 256)
let used = random.byteLength

/** For what is made many thousand times a second: of one millisecond they have no order. */
export function newRequestId(): string {
  if (used === random.byteLength) {
    randomFillSync(random)
    used = 0
  }
  used += 16
  return v7({ random: random.subarray(used - 16, used) })
}
