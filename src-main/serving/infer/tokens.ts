/**
 * Tokens of a request, where a license has its price by them. The largest tensor of whole numbers is taken as ids of
 * tokens, one each (what else there is, a mask or types, goes beside them); of a text four bytes of UTF-8 count as one, begun ones too, since no package states its tokenizer. Tensors of
 * floating-point numbers have none.
 */
import type { Tensor } from '../../base/tensors.ts'

const bytesEach = 4

export function tokensOf(tensors: readonly Tensor[]): number {
  let tokens = 0
  let ids = 0
  for (const { datatype, data } of tensors) {
    if (datatype === 'BYTES')
      for (const text of data as readonly (string | Uint8Array)[])
        tokens += Math.ceil(bytesOf(text) / bytesEach)
    else if (datatype.startsWith('INT') || datatype.startsWith('UINT')) ids = Math.max(ids, data.length)
  }
  return tokens + ids
}

const bytesOf = (text: string | Uint8Array): number =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength

/** Before the run, from the size of the body: no text has more. */
export const tokensEstimated = (bytesIn: number): number => Math.ceil(bytesIn / bytesEach)
