/** A license while it is filled in: a preset, what was changed of it, and the draft that the node signs. */
import type { IssuedLicense, LicenseDraft } from '../../../src-main/contract/license/issuing.ts'
import { extendedEnd, renewedEnd, wholeDaysFrom } from '../../../src-main/contract/license/renewal.ts'
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
  /** The time of that day in UTC, which a renewal keeps: "00:00:00.000Z" as a rule. */
  endsAtTime: string
  /** Another term of the license that is renewed; null where there is none to add. */
  extension: { days: number; keptOn: string; endsOn: string } | null
  trial: boolean
  requests: Array<{ name: string; document: string }>
  /** What the customer wrote into the request; null: nothing. */
  note: { from: string; text: string } | null
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

const midnight = '00:00:00.000Z'
/** Of seconds; a day and the time of it. */
function dayAndTime(time: number): readonly [day: string, time: string] {
  const [day = '', rest = midnight] = new Date(time * 1000).toISOString().split('T')
  return [day, rest]
}
const nowSeconds = (): number => Date.now() / 1000

/** The terms of a type, and the end that goes with it. */
export function presetOf(type: LicenseType): Pick<Form, 'terms' | 'endsOn' | 'endsAtTime'> {
  const { purpose: _purpose, days, ...terms } = licensePresets[type]
  const endsOn = days === null ? '' : dayAndTime(wholeDaysFrom(nowSeconds(), days))[0]
  return { terms, endsOn, endsAtTime: midnight }
}

export const emptyForm = (model: string): Form => ({
  ...presetOf('DEVELOPER'),
  model,
  range: '*',
  extension: null,
  account: '',
  startsOn: '',
  trial: false,
  requests: [],
  note: null,
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
const moment = (date: string, time = midnight): string | null => (date === '' ? null : `${date}T${time}`)

export const draftOf = (form: Form): LicenseDraft => ({
  model: form.model,
  range: form.range.trim(),
  artifacts: [],
  account: form.account.trim(),
  site: form.site.trim() === '' ? null : form.site.trim(),
  terms: form.terms,
  startsAt: moment(form.startsOn),
  endsAt: moment(form.endsOn, form.endsAtTime),
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

/** The next document of a license: all as it was, its machines too, and its end while that has not come. */
export function renewalOf({ license, termDays }: IssuedLicense): Start {
  const { exp, terms, model } = license
  const now = nowSeconds()
  const end = renewedEnd(exp, termDays, now)
  const [endsOn, endsAtTime] = end === null ? ['', midnight] : dayAndTime(end)
  const extension =
    exp === null || termDays === null || exp <= now
      ? null
      : { days: termDays, keptOn: endsOn, endsOn: dayAndTime(extendedEnd(exp, termDays, now))[0] }
  return {
    model: model.id,
    range: model.range,
    account: license.sub,
    terms,
    endsOn,
    endsAtTime,
    extension,
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
