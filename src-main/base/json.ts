/**
 * JSON from outside. Refuses what JSON.parse lets pass and later code would trip over: duplicate keys, `__proto__`
 * and `constructor.prototype`, and nesting beyond limits.nestingMax. Every boundary parses here and then by a schema.
 */
import type { z } from 'zod'
import type { ErrorCode } from '../contract/errors.ts'
import { limits } from '../contract/limits.ts'
import { OutpostError } from './errors.ts'

/** One pass over the text before JSON.parse; it never recurses, so depth cannot overflow the stack. */
function refuseHostile(text: string, code: ErrorCode): void {
  const keys: Array<Set<string> | null> = []
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x7b || char === 0x5b) {
      if (++depth > limits.nestingMax) {
        throw new OutpostError(code, `The JSON is nested deeper than ${limits.nestingMax} levels.`)
      }
      keys.push(char === 0x7b ? new Set() : null)
    } else if (char === 0x7d || char === 0x5d) {
      depth--
      keys.pop()
    } else if (char === 0x22) {
      const end = endOfString(text, at)
      const owner = keys.at(-1)
      if (owner && isKey(text, end + 1)) {
        const raw = text.slice(at, end + 1)
        const key = raw.includes('\\') ? unescape(raw) : raw.slice(1, -1)
        if (owner.has(key)) throw new OutpostError(code, `The JSON names the key ${raw} twice in one object.`)
        if (key === '__proto__') throw new OutpostError(code, 'The JSON has a key __proto__, which is not allowed.')
        owner.add(key)
      }
      at = end
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

function isKey(text: string, from: number): boolean {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return text.charCodeAt(at) === 0x3a
}

function unescape(raw: string): string {
  try {
    return JSON.parse(raw) as string
  } catch {
    return raw // JSON.parse of the whole text refuses it in its own words
  }
}

/** Parses untrusted JSON text; throws OutpostError with `code` and never anything else. */
export function parseJson(text: string, code: ErrorCode = 'JSON_INVALID'): unknown {
  refuseHostile(text, code)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OutpostError(code, `The text is not JSON: ${(error as Error).message}.`, { cause: error })
  }
}

/** Parses and checks against a schema; the message lists at most five problems, each with its path. */
export function parseJsonAs<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  code: ErrorCode = 'JSON_INVALID',
  subject = 'The JSON',
): z.output<Schema> {
  return checkAs(schema, parseJson(text, code), code, subject)
}

/** Checks a value that came from outside against a schema. */
export function checkAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: ErrorCode,
  subject: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`)
  const shown = problems.slice(0, 5).join('; ')
  throw new OutpostError(code, `${subject} is not valid: ${shown}${problems.length > 5 ? ' …' : ''}`, {
    details: { problems: problems.slice(0, 100) },
  })
}
