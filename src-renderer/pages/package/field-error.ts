/** What is wrong with one field of the wizard, among all that is wrong with the draft. */
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { placeOf } from './steps.ts'

type Draft = Pick<DraftDetail, 'descriptor' | 'problemList' | 'step'>

/**
 * A list is one field, and so is a group that the form asks for by its name alone (owner, framework). What is missing
 * is not called wrong before the person has been past its step; what was typed is.
 */
export function fieldError({ descriptor, problemList, step }: Draft, path: string): string | null {
  const found = problemList.find(
    (problem) =>
      problem.level === 'error' &&
      problem.field !== null &&
      isOf(problem.field, path) &&
      (placeOf(problem.step) < placeOf(step) || wasTyped(descriptor, problem.field)),
  )
  return found?.message ?? null
}

const isOf = (field: string, path: string): boolean =>
  field === path || (field.startsWith(`${path}.`) && /^(\d+|name)$/.test(field.slice(path.length + 1)))

function wasTyped(descriptor: unknown, field: string): boolean {
  let at = descriptor
  for (const key of field.split('.')) {
    if (typeof at !== 'object' || at === null) return false
    at = (at as Record<string, unknown>)[key]
  }
  return typeof at === 'number' || (typeof at === 'string' && at.trim() !== '')
}
