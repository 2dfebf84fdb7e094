/** What a schema says of a form's fields, in words for the person who fills it, by the path of the field. */
import type { z } from 'zod'

export function fieldErrors<Data>(parsed: z.ZodSafeParseResult<Data>): Map<string, string> {
  const issues = parsed.error?.issues ?? []
  return new Map(issues.toReversed().map((issue) => [issue.path.join('.'), wordsOf(issue)]))
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `At least ${issue.minimum}.`
  if (issue.code === 'too_big') return `At most ${issue.maximum}.`
  if (issue.code === 'invalid_type')
    return issue.expected === 'int'
      ? 'A whole number.'
      : issue.expected === 'number'
        ? 'A number.'
        : 'Required.'
  const { message } = issue
  return issue.code === 'invalid_format' || issue.code === 'custom'
    ? `Needs ${message.replace(/^Invalid string: must match pattern.*/, 'another form')}.`
    : message
}
