/** What the next document of a license changes of the one before, in the words of both. */
import type { LicensePayload } from './documents.ts'
import type { TermsChange } from './views.ts'
import { clausesInWords, dayOf, rightsInWords } from './words.ts'

/** When it begins changes with each document; what a person asks is until when it goes. */
function stated(license: LicensePayload): Map<string, string> {
  const { sub, aud, exp, trial } = license
  return new Map([
    ['Type', license.terms.type],
    ['Holder', sub],
    ['Site', aud ?? 'any'],
    ['Ends before', exp === null ? 'without end' : `${dayOf(exp)}${trial ? ', as a trial' : ''}`],
    ...rightsInWords(license.terms).map(({ title, allowed }) => [title, allowed ? 'Yes' : 'No'] as const),
    ...clausesInWords(license)
      .filter(({ title }) => title !== 'Time')
      .map(({ title, text }) => [title, text] as const),
  ])
}

const none = 'not stated'

export function termsChanges(before: LicensePayload, after: LicensePayload): TermsChange[] {
  const [old, fresh] = [stated(before), stated(after)]
  return [...new Set([...fresh.keys(), ...old.keys()])]
    .map((title) => ({ title, before: old.get(title) ?? none, after: fresh.get(title) ?? none }))
    .filter((change) => change.before !== change.after)
}
