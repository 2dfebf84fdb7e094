/** Whether a change does no more than state the accuracy that the checks measured: their report is still that of the draft. */
import type { StoredDraft } from '../../store/tables/drafts.ts'
import { asRecord } from './draft-source.ts'

/** Of the digits that a figure is stated with. */
const roundedBy = 0.0001

interface Change {
  descriptor?: Record<string, unknown> | undefined
  texts?: object | undefined
}

const accuracyOf = (evaluation: unknown): unknown => asRecord(asRecord(evaluation).overall).accuracy

export function statesMeasured(
  { descriptor, report }: StoredDraft,
  { descriptor: next, texts }: Change,
): boolean {
  const measured = report?.measured?.accuracy
  const stated = accuracyOf(next?.evaluation)
  return (
    Object.keys(texts ?? {}).length === 0 &&
    Object.keys(next ?? {}).join() === 'evaluation' &&
    accuracyOf(descriptor.evaluation) === undefined &&
    typeof measured === 'number' &&
    typeof stated === 'number' &&
    Math.abs(stated - measured) < roundedBy
  )
}
