/**
 * JSON from outside. Refuses what JSON.parse lets pass and later code would trip over: duplicate keys, `__proto__`
 * and nesting beyond limits.nestingMax. Every boundary parses here and then by a schema.
 */
import type { z } from 'zod'
import type { ErrorCode } from '../contract/errors.ts'
import { limits } from '../contract/limits.ts'
import { OutpostError } from './errors.ts'
import { issueInWords, issuesInWords } from './issue-words.ts'

/** Where something begins or ends; what stands between is skipped at the speed of the regular expression engine. */
const marks = /["{}[\]]/g

/** Where what JSON.parse lets pass has a code apart from that of text which is no JSON. */
interface HostileCodes {
  repeated: ErrorCode
  depth: ErrorCode
}

/**
 * One pass over the text before JSON.parse; it never recurses, so depth cannot overflow the stack. Throws where a key
 * stands twice in one object or is `__proto__`, and where the nesting is deeper than limits.nestingMax.
 */
export function refuseHostile(text: string, { repeated, depth }: HostileCodes): void {
  const open: Array<Set<string> | null> = [] // the keys of each open object, null for an array
  marks.lastIndex = 0
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    switch (found[0]) {
      case '{':
      case '[':
        open.push(found[0] === '{' ? new Set() : null)
        if (open.length > limits.nestingMax) {
          throw new OutpostError(depth, `The JSON is nested deeper than ${limits.nestingMax} levels.`)
        }
        break
      case '"': {
        const end = endOfString(text, found.index)
        const keys = open.at(-1)
        if (keys && isKey(text, end + 1)) addKey(keys, text.slice(found.index, end + 1), repeated)
        marks.lastIndex = end + 1
        break
      }
      default:
        open.pop()
    }
  }
}

function addKey(keys: Set<string>, raw: string, code: ErrorCode): void {
  const key = raw.includes('\\') ? unescaped(raw) : raw.slice(1, -1)
  if (keys.has(key))
    throw new OutpostError(code, `The JSON names the key ${raw.slice(0, 100)} twice in one object.`)
  if (key === '__proto__') throw new OutpostError(code, 'The JSON has a key __proto__, which is not allowed.')
  keys.add(key)
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

function unescaped(raw: string): string {
  try {
    return JSON.parse(raw) as string
  } catch {
    return raw // JSON.parse of the whole text refuses it in its own words
  }
}

/** Parses untrusted JSON text; throws OutpostError with `code` and never anything else. */
export function parseJson(text: string, code: ErrorCode = 'JSON_INVALID'): unknown {
  refuseHostile(text, { repeated: code, depth: code })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OutpostError(code, `The text is not JSON: ${(error as Error).message}.`, { cause: error })
  }
}

/**
 * Where a whole number may begin that a double cannot hold. The repetition is bounded: V8 keeps a way back for each
 * digit that an unbounded one takes, and a number of millions of digits would overflow its stack.
 */
const longInteger = /(?:^|[[,:\s])-?\d{16}/

/** Like parseJson, but whole numbers beyond 2^53 become bigint instead of losing digits; one beyond FP64 is refused. */
export function parseExactJson(text: string, code: ErrorCode = 'JSON_INVALID'): unknown {
  if (!longInteger.test(text)) return parseJson(text, code)
  refuseHostile(text, { repeated: code, depth: code })
  const exact = (_key: string, value: unknown, { source = '' }: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    if (!Number.isFinite(value)) throw new RangeError(`a number, ${source.slice(0, 20)}…, is too large`)
    return /^-?\d{1,400}$/.test(source) ? BigInt(source) : value
  }
  try {
    return JSON.parse(text, exact as (key: string, value: unknown) => unknown)
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
  const { issues } = result.error
  throw new OutpostError(code, `${subject} is not valid. ${issuesInWords(issues, value)}`, {
    details: { problems: issues.slice(0, 100).map((issue) => issueInWords(issue, value)) },
  })
}
