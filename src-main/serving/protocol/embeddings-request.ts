/** The body of POST /v1/embeddings as clients of OpenAI's API send it; members that mean nothing here are passed over. */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'

/** One text, or the ids of its tokens. */
export type EmbeddingItem = string | readonly number[]

export interface EmbeddingsHead {
  /** An endpoint, or model@version. */
  model: string
  format: 'float' | 'base64'
  /** Null: as many as the model gives. */
  dimensions: number | null
}

const head = z.object({
  model: z.string().min(1).max(limits.lineCharsMax),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
})

const refused = (param: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { details: { param } })

const takes = {
  model: 'the name of an endpoint, or model@version',
  encoding_format: '"float" or "base64"',
  dimensions: 'a whole number from 1 on',
}

/** INPUT_INVALID, which names the member. */
export function readEmbeddingsHead(parsed: unknown): EmbeddingsHead {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new OutpostError('INPUT_INVALID', 'The body must be a JSON object with "model" and "input".')
  const result = head.safeParse(parsed)
  if (!result.success) {
    const param = String(result.error.issues[0]?.path[0] ?? 'model') as keyof typeof takes
    throw refused(param, `"${param}" must be ${takes[param]}.`)
  }
  const { model, encoding_format: format, dimensions } = result.data
  return { model, format: format ?? 'float', dimensions: dimensions ?? null }
}

/** A text or its ids alone are one item; INPUT_INVALID. */
export function readEmbeddingItems(parsed: unknown): EmbeddingItem[] {
  const { input } = parsed as { input?: unknown }
  const items = typeof input === 'string' || isIds(input) ? [input] : input
  if (!Array.isArray(items) || items.length === 0)
    throw refused('input', '"input" must be a text, an array of texts, or an array of ids of tokens.')
  if (items.length > limits.embeddingItemsMax)
    throw refused(
      'input',
      `"input" has ${items.length} items; at most ${limits.embeddingItemsMax} are taken.`,
    )
  for (const [at, item] of items.entries()) {
    if (!isIds(item) && typeof item !== 'string')
      throw refused('input', `Item ${at} of "input" is neither a text nor an array of ids of tokens.`)
    if (item.length === 0) throw refused('input', `Item ${at} of "input" is empty.`)
  }
  return items
}

const isIds = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0)
