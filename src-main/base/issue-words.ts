/**
 * What a schema refuses, in sentences: which field, what it takes, what came. The one place where the words of the
 * validator are turned into ours; what a person fills in a form is told by flows/drafts/descriptor-words.ts.
 */
import type { z } from 'zod'

/** As zod gives it; oRPC passes its issues on under a wider type. */
interface Issue {
  message: string
  path?: readonly unknown[] | undefined
}
type Known = z.core.$ZodIssue

/** At most five sentences; `value` is what was checked. */
export function issuesInWords(issues: readonly Issue[], value: unknown): string {
  const sentences = issues.slice(0, 5).map((issue) => issueInWords(issue, value))
  return [...sentences, ...(issues.length > 5 ? [`There are ${issues.length - 5} more.`] : [])].join(' ')
}

export function issueInWords(issue: Issue, value: unknown): string {
  const known = closestOf(issue as Known)
  const path = (known.path ?? []).map(partOf)
  const came = valueAt(value, path)
  const field = path.length === 0 ? 'It' : `"${path.join('.')}"`
  const isMissing = came === undefined && known.code !== 'unrecognized_keys'
  if (isMissing) return `${field} is missing.`
  return `${field} ${demandOf(known)}${told(path.at(-1), came, known)}.`
}

/** Of the forms that a value may have, the one that it came nearest to: the refusal that lies deepest. */
function closestOf(issue: Known): Known {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors.flat().toSorted((one, other) => other.path.length - one.path.length)[0]
  if (!inner || inner.path.length === 0) return issue
  return closestOf({ ...inner, path: [...issue.path, ...inner.path] })
}

function demandOf(issue: Known): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? `a ${issue.expected}`}`
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${JSON.stringify(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum, issue.inclusive === false)
    case 'too_small':
      return issue.minimum === 1 && issue.origin === 'string'
        ? 'must not be empty'
        : bound(issue.origin, 'at least', issue.minimum, issue.inclusive === false)
    case 'unrecognized_keys':
      return `has no field ${issue.keys.map((key) => `"${key.slice(0, shownCharsMax)}"`).join(', ')}`
    case 'invalid_format':
      return `must be ${formatWords[issue.format] ?? ownWords(issue.message)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_union':
      return 'has none of the forms that it may have'
    case 'invalid_key':
      return 'has a name that is not allowed there'
    default:
      return `is not valid: ${issue.message.replace(/\.$/, '')}`
  }
}

/** Where a schema has words of its own, they say what it takes. */
const ownWords = (message: string): string =>
  /^Invalid/.test(message) ? 'in another form' : message.replace(/\.$/, '')

function bound(origin: string, word: string, limit: number | bigint, exclusive: boolean): string {
  const counted = counts[origin]
  if (counted !== undefined) return `must have ${word} ${limit} ${counted}`
  if (exclusive) return `must be ${word === 'at most' ? 'less' : 'more'} than ${limit}`
  return `must be ${word} ${limit}`
}

const counts: Record<string, string> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  map: 'entries',
}

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  undefined: 'left out',
}

const formatWords: Record<string, string> = {
  uuid: 'an id as the lists show it (a UUID)',
  datetime: 'a time of the calendar in UTC, such as 2027-01-31T00:00:00Z',
  date: 'a day of the calendar, such as 2027-01-31',
  url: 'an address such as https://example.org/path',
  email: 'an e-mail address',
}

const shownCharsMax = 60
/** Never said back: it would stand in logs and on screens. */
const secrets = /pass(word|phrase)|secret|token|^(current|next|pem|privateKey)$/i

function told(field: string | undefined, came: unknown, issue: Known): string {
  if (issue.code === 'unrecognized_keys' || issue.code === 'custom') return ''
  if (typeof came === 'string') {
    const isCounted = (issue.code === 'too_big' || issue.code === 'too_small') && issue.origin === 'string'
    if (isCounted) return came === '' ? '' : `; it has ${came.length}`
    if (secrets.test(field ?? '')) return ''
    const cut = came.length > shownCharsMax ? `${came.slice(0, shownCharsMax)}…` : came
    return `; ${JSON.stringify(cut)} came`
  }
  if (Array.isArray(came)) return issue.code === 'invalid_type' ? '; a list came' : `; it has ${came.length}`
  if (came === null || typeof came !== 'object') return `; ${String(came)} came`
  return issue.code === 'invalid_type' ? '; an object came' : ''
}

const partOf = (part: unknown): string =>
  String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) at = (at as Record<string, unknown> | null | undefined)?.[key]
  return at
}
