/** The answer of POST /v1/embeddings, as clients of OpenAI's API read it. */
import { OutpostError } from '../../base/errors.ts'
import type { EmbeddingsHead } from './embeddings-request.ts'

export interface EmbeddingsAnswer {
  /** model@version: what answered, whatever was asked for. */
  model: string
  format: EmbeddingsHead['format']
  vectors: readonly Float32Array[]
  tokens: number
  /** What the license asks to be shown with the answer; clients of OpenAI's API leave alone what they do not know. */
  attribution: string | null
}

/** ENGINE_FAILED where a number is none, for which JSON has no word. */
export function embeddingsAnswerText(answer: EmbeddingsAnswer): string {
  const { model, format, vectors, tokens, attribution } = answer
  const data = vectors.map((vector, index) => {
    if (!vector.every(Number.isFinite))
      throw new OutpostError('ENGINE_FAILED', `The vector of item ${index} has numbers that are not finite.`)
    const embedding = format === 'base64' ? littleEndian(vector) : Array.from(vector)
    return { object: 'embedding', index, embedding }
  })
  return JSON.stringify({
    object: 'list',
    data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    ...(attribution !== null && { attribution }),
  })
}

/** Each machine that Node.js is built for writes its numbers this way around. */
const littleEndian = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')
