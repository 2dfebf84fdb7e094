/**
 * Many requests under one Idempotency-Key: the lines of a long batch, the messages of a stream. Each is known by its body
 * and by how many equal ones came before it, so two equal ones count twice, and a batch that is sent again counts once.
 */
import { limits } from '../../contract/limits.ts'

export interface BatchPart {
  /** SHA-256. */
  body: Uint8Array
  equalBefore: number
}

/** Asked of each part in the order in which they came. So many different ones are remembered at least. */
export function createBatchParts(
  rememberedMin: number = limits.idempotencyKeysPerCallerMax,
): (body: Uint8Array) => BatchPart {
  let recent = new Map<string, number>()
  let older = new Map<string, number>()
  return (body) => {
    const name = Buffer.from(body).toString('base64')
    const equalBefore = recent.get(name) ?? older.get(name) ?? 0
    recent.set(name, equalBefore + 1)
    if (recent.size >= rememberedMin) {
      older = recent
      recent = new Map()
    }
    return { body, equalBefore }
  }
}
