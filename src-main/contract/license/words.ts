/** A license in words that a person reads: the matrix of its rights, its limits, and the clauses as sentences. */
import type { LicensePayload, NodeBinding } from './documents.ts'
import type { LicenseTerms, PriceTerms } from './terms.ts'

export interface RightInWords {
  right: 'serve' | 'commercial' | 'modify' | 'derive' | 'redistribute'
  title: string
  allowed: boolean
  meaning: string
}

/** The yes/no matrix, in a fixed order. */
export const rightsInWords = ({ rights }: Pick<LicenseTerms, 'rights'>): RightInWords[] => [
  {
    right: 'serve',
    title: 'Serve on your own machine',
    allowed: rights.onPremise,
    meaning: 'Deploy it here and answer requests with it.',
  },
  {
    right: 'commercial',
    title: 'Commercial use',
    allowed: rights.commercialUse,
    meaning: 'Use its answers in business.',
  },
  {
    right: 'modify',
    title: 'Change the version',
    allowed: rights.modification,
    meaning: 'Give it another preprocessing, other labels or another card.',
  },
  {
    right: 'derive',
    title: 'Make models of it',
    allowed: rights.derivatives,
    meaning: 'Quantize it, fine-tune it, merge it into another.',
  },
  {
    right: 'redistribute',
    title: 'Hand it on',
    allowed: rights.redistribution,
    meaning: 'Export its files, copy them out, build an image with them.',
  },
]

/** Counts as licenses write them, in their clauses and in what is said of them. */
export const grouped = (value: number): string => value.toLocaleString('en-US')
export const counted = (count: number, one: string): string =>
  `${grouped(count)} ${one}${count === 1 ? '' : 's'}`
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

export const versionsInWords = (range: string): string =>
  range === '*' ? 'all versions' : `versions ${range}`

export function quotaInWords({ quota }: Pick<LicenseTerms, 'quota'>): string {
  const unit = quota.unit === 'item' ? 'item' : 'request'
  if (quota.max === null) return `As many ${unit}s as wanted; they are counted.`
  const most = `${counted(quota.max, unit)} a month (UTC)`
  if (quota.onExceed === 'deny') return `${most}; what is more is refused.`
  const more = quota.overageMax === null ? 'what is more' : `up to ${grouped(quota.overageMax)} more`
  return `${most}; ${more} is answered and billed apart.`
}

export function priceInWords(price: PriceTerms): string {
  switch (price.kind) {
    case 'free':
      return 'Free.'
    case 'subscription':
      return `${counted(price.creditsPerMonth, 'credit')} for each month (UTC) in which it answers; other months cost nothing.`
    case 'per-request':
      return `${counted(price.creditsPerRequest, 'credit')} a request${price.prepaid ? ', paid beforehand' : ''}.`
    case 'per-token':
      return `${counted(price.creditsPerThousand, 'credit')} for each thousand tokens begun${price.prepaid ? ', paid beforehand' : ''}.`
  }
}

function geographyInWords({ geography: { allow, basis } }: Pick<LicenseTerms, 'geography'>): string {
  if (allow === null) return 'Anywhere.'
  if (allow.length === 0) return 'Nowhere.'
  const proof = basis === 'attested' ? 'as the issuer has attested of the site' : 'as the site declares'
  return `In ${allow.join(', ')}, ${proof}.`
}

const graceInWords = ({ graceDays }: Pick<LicenseTerms, 'graceDays'>): string =>
  graceDays === 0
    ? 'None: it stops at the end.'
    : `${counted(graceDays, 'day')} after the end, for versions published before it.`

function serviceLevelInWords({ serviceLevel }: Pick<LicenseTerms, 'serviceLevel'>): string {
  const { availabilityPercent, support } = serviceLevel
  const promise =
    availabilityPercent === null
      ? 'No promise of availability.'
      : `${availabilityPercent} % available a month.`
  return support === '' ? promise : `${promise} Support: ${support}`
}

export const shortFingerprint = (fingerprint: string): string =>
  fingerprint.replace(/^(sha256:.{4}).*(.{4})$/, '$1…$2')

type Machine = Pick<NodeBinding, 'id' | 'name'>

/** Host names repeat, on virtual machines above all: the ends of the fingerprint tell two of one name apart. */
export const machineInWords = ({ id, name }: Machine): string => `${name} (${shortFingerprint(id)})`

export const machinesInWords = (nodes: LicensePayload['nodes']): string =>
  nodes?.bindings.map(machineInWords).join(', ') ?? ''

function nodesInWords({ terms, nodes }: Pick<LicensePayload, 'terms' | 'nodes'>, here?: string): string {
  const named = (machine: Machine): string =>
    machine.id === here ? `this machine (${machine.name})` : machineInWords(machine)
  if (nodes) return `Bound to ${nodes.bindings.map(named).join(', ')}.`
  return terms.nodesMax === null
    ? 'Any machines of the licensee.'
    : `Up to ${counted(terms.nodesMax, 'machine')} by agreement; it names none, so their number is not enforced.`
}

/** A number of machines is agreed, and the license is bound to none: it holds wherever it is imported. */
export const machinesUnenforced = ({ terms, nodes }: Pick<LicensePayload, 'terms' | 'nodes'>): boolean =>
  terms.nodesMax !== null && nodes === null

/** Every clause beside the rights, each with its title; `here` is the fingerprint of the machine that reads it. */
export function clausesInWords(
  license: LicensePayload,
  here?: string,
): Array<{ title: string; text: string }> {
  const { terms, model, nbf, exp, artifacts } = license
  const only =
    artifacts.length === 0 ? '' : `, and of those ${counted(artifacts.length, 'package')} by digest`
  const clauses = [
    { title: 'Model', text: `${model.id}, ${versionsInWords(model.range)}${only}.` },
    {
      title: 'Time',
      text:
        exp === null
          ? `From ${dayOf(nbf)} on, without end.`
          : `From ${dayOf(nbf)} until before ${dayOf(exp)}${license.trial ? ', as a trial' : ''}.`,
    },
    { title: 'Grace', text: exp === null ? 'None is needed.' : graceInWords(terms) },
    { title: 'Quota', text: quotaInWords(terms) },
    { title: 'Price', text: priceInWords(terms.price) },
    { title: 'Place', text: geographyInWords(terms) },
    { title: 'Machines', text: nodesInWords(license, here) },
    {
      title: 'Attribution',
      text: terms.attribution === null ? 'Not asked for.' : `Shown with every answer: “${terms.attribution}”`,
    },
    { title: 'Service level', text: serviceLevelInWords(terms) },
  ]
  if (license.offlineSecondsMax !== null)
    clauses.push({
      title: 'Contact',
      text: `The issuer must be heard of every ${counted(Math.floor(license.offlineSecondsMax / 86_400), 'day')}.`,
    })
  if (license.revocationsAgeSecondsMax !== null)
    clauses.push({
      title: 'Revocations',
      text: `The list must not be older than ${counted(Math.floor(license.revocationsAgeSecondsMax / 86_400), 'day')}.`,
    })
  if (license.enc)
    clauses.push({
      title: 'Sealed weights',
      text: 'The files are encrypted; this license carries the key for the machines that it names.',
    })
  if (terms.custom !== '') clauses.push({ title: 'Also agreed', text: terms.custom })
  return clauses
}
