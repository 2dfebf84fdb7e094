/** A license while it is filled in: a preset, what was changed of it, and the draft that the node signs. */
import type { IssuedLicense, LicenseDraft } from '../../../src-main/contract/license/issuing.ts'
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
  /** The document that it renews names machines, which stay. */
  bound: boolean
  /** The key of sealed weights that it brings; null: none. */
  sealKeyId: string | null
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
  bound: false,
  sealKeyId: null,
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
  keepMachines: true,
  traitsNeeded: 2,
  offlineDaysMax: form.offlineDaysMax,
  revocationsDaysMax: form.revocationsDaysMax,
  emergencyCodes: form.emergencyCodes,
  contact: form.contact.trim(),
  renews: form.renews,
  supersedes: [],
  ...(form.sealKeyId !== null && { sealKeyId: form.sealKeyId }),
})

/** The next document of a license: all as it was, its machines too, from today for as long as the one before. */
export function renewalOf({ license }: IssuedLicense): Start {
  const { exp, nbf, terms, model } = license
  const days = exp === null ? null : Math.max(1, Math.round((exp - nbf) / 86_400))
  const from = exp === null ? Date.now() : Math.max(Date.now(), exp * 1000)
  return {
    model: model.id,
    range: model.range,
    account: license.sub,
    terms,
    endsOn: days === null ? '' : day(from + days * 86_400_000),
    trial: license.trial,
    emergencyCodes: license.emergency.length,
    contact: license.contact,
    site: license.aud ?? '',
    offlineDaysMax: daysOf(license.offlineSecondsMax),
    revocationsDaysMax: daysOf(license.revocationsAgeSecondsMax),
    renews: license.lid,
    bound: license.nodes !== null,
    sealKeyId: license.enc?.keyId ?? null,
  }
}

const daysOf = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds / 86_400)
