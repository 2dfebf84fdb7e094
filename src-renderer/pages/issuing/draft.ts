/** A license while it is filled in: a preset, what was changed of it, and the draft that the node signs. */
import type { LicenseDraft } from '../../../src-main/contract/license/issuing.ts'
import {
  type LicenseTerms,
  type LicenseType,
  licensePresets,
} from '../../../src-main/contract/license/terms.ts'

export interface Form {
  model: string
  range: string
  account: string
  terms: LicenseTerms
  /** YYYY-MM-DD; empty: at once, and without end. */
  startsOn: string
  endsOn: string
  trial: boolean
  requests: Array<{ name: string; document: string }>
  emergencyCodes: number
  contact: string
  site: string
  offlineDaysMax: number | null
  revocationsDaysMax: number | null
  renews: string | null
}

/** Where a form begins: empty, from a machine's request, or from the license that it renews. */
export type Start = Partial<Form>

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** The terms of a type, and the end that goes with it. */
export function presetOf(type: LicenseType): Pick<Form, 'terms' | 'endsOn'> {
  const { purpose: _purpose, days, ...terms } = licensePresets[type]
  return { terms, endsOn: days === null ? '' : day(Date.now() + days * 86_400_000) }
}

export const emptyForm = (model: string): Form => ({
  ...presetOf('DEVELOPER'),
  model,
  range: '*',
  account: '',
  startsOn: '',
  trial: false,
  requests: [],
  emergencyCodes: 5,
  contact: '',
  site: '',
  offlineDaysMax: null,
  revocationsDaysMax: null,
  renews: null,
})

/** A day begins at its first moment in UTC, and an end is the first moment that is not covered any more. */
const moment = (date: string): string | null => (date === '' ? null : `${date}T00:00:00.000Z`)

export const draftOf = (form: Form): LicenseDraft => ({
  model: form.model,
  range: form.range.trim(),
  artifacts: [],
  account: form.account.trim(),
  site: form.site.trim() === '' ? null : form.site.trim(),
  terms: form.terms,
  startsAt: moment(form.startsOn),
  endsAt: moment(form.endsOn),
  trial: form.trial,
  requests: form.requests.map(({ document }) => document),
  traitsNeeded: 2,
  offlineDaysMax: form.offlineDaysMax,
  revocationsDaysMax: form.revocationsDaysMax,
  emergencyCodes: form.emergencyCodes,
  contact: form.contact.trim(),
  renews: form.renews,
  supersedes: [],
})
