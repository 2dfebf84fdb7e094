/** What an issuer sends to one machine: credits and quota paid beforehand, its time, the receipt of a usage report. */
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../contract/license/words.ts'
import { openDocument } from '../../license/envelope/open-document.ts'
import { insertTranche, listContacts, putContact, tranchesOf } from '../../store/tables/license-issuers.ts'
import { licenseHistory } from '../../store/tables/licenses.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { NodeContext } from '../node-context.ts'
import { type Incoming, type Intake, requirePast } from './intake.ts'
import { purposeOf, recoveries, recoveriesSetting, times, timesSetting } from './issuer-notes.ts'
import type { Licensing } from './licensing.ts'
import { licensors } from './licensors.ts'
import { requireOther } from './standings.ts'

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

function requireThisNode(node: NodeContext, id: string | null): void {
  if (id === null || id === node.licensing.identity.id) return
  throw new OutpostError(
    'LIC_NODE_MISMATCH',
    `The document is for the machine ${id}; this one is ${node.licensing.identity.id}.`,
    {
      hint: 'Ask the issuer for one for this machine.',
    },
  )
}

/** Opens and checks what all three have in common. */
function open<Kind extends 'tranche' | 'time' | 'receipt' | 'recovery'>(
  { node, bytes }: Incoming,
  kind: Kind,
) {
  const issuers = node.licensing.book.issuers()
  const found = openDocument(kind, bytes, issuers.findKey)
  const { iss, iat, node: machine } = found.payload as { iss: string; iat: number; node: string | null }
  const purpose = purposeOf(kind)
  issuers.require({ kid: found.kid, iss, iat }, purpose)
  requireOther(node.licensing.book.others(), { kid: found.kid, iss, iat }, purpose)
  requireThisNode(node, machine)
  return found.payload
}

export function intakeTranche(incoming: Incoming): Intake {
  const { node, text } = incoming
  const tranche = open(incoming, 'tranche')
  requirePast(node, tranche.iat)
  const licensed = licenseHistory(node.db, tranche.lid).find(({ issuer }) => issuer === tranche.iss)
  if (!licensed) {
    throw new OutpostError(
      'LIC_NOT_FOUND',
      `The tranche is for the license ${tranche.lid}, which is not installed here.`,
      {
        hint: 'Import the license first.',
      },
    )
  }
  const { grants, lid, number } = tranche
  const same = tranchesOf(node.db, lid).find((stored) => stored.number === number)
  if (same && same.document !== text) {
    throw new OutpostError(
      'LIC_SUPERSEDED',
      `Tranche ${number} of this license is here already, with other contents.`,
      {
        hint: 'Ask the issuer for one with the next number.',
      },
    )
  }
  const amount = grouped(grants.amount)
  return {
    known: same !== undefined,
    effects: [
      grants.kind === 'credits'
        ? `${amount} credits are added to the balance of ${licensed.model}.`
        : `${amount} requests are added to the quota of ${licensed.model} in ${grants.month}.`,
    ],
    warnings: [],
    conflict: null,
    write: (importedAt) =>
      insertTranche(node.db, {
        lid,
        number,
        kind: grants.kind,
        month: grants.kind === 'quota' ? grants.month : '',
        amount: grants.amount,
        document: text,
        importedAt,
      }),
  }
}

/** The issuer's clock is what corrects this machine's, so it may be ahead of it. */
export function intakeTime(incoming: Incoming): Intake {
  const { node, text } = incoming
  const time = open(incoming, 'time')
  requireLicensor(node, time.iss)
  const behind = time.iat < node.licensing.now()
  return {
    known: false,
    effects: [
      `"${time.iss}" says that it was ${iso(time.iat)} when this was signed; the trusted time is at least that.`,
    ],
    warnings: behind ? ['The trusted time of this node is later already.'] : [],
    conflict: null,
    write: () => {
      node.licensing.correct(time.iat)
      const told = getSetting(node.db, timesSetting, times) ?? {}
      setSetting(node.db, timesSetting, { ...told, [time.iss]: text })
      heard(node, time.iss, iso(time.iat), {})
    },
  }
}

export function intakeReceipt(incoming: Incoming): Intake {
  const { node, text } = incoming
  const receipt = open(incoming, 'receipt')
  requirePast(node, receipt.iat)
  const contact = listContacts(node.db).find(({ issuer }) => issuer === receipt.iss)
  const { site } = receipt
  return {
    known: contact?.document === text,
    effects: [
      `"${receipt.iss}" has the usage report ${receipt.number} of this machine.`,
      ...(site
        ? [`It attests that this site is in ${site.country}, until ${iso(site.until).slice(0, 10)}.`]
        : []),
    ],
    warnings:
      contact && contact.receiptNumber > receipt.number
        ? ['A receipt of a later report is here already.']
        : [],
    conflict: null,
    write: () => {
      if (contact && contact.receiptNumber > receipt.number) return
      heard(node, receipt.iss, iso(receipt.iat), {
        receiptNumber: receipt.number,
        document: text,
        ...(site && { country: site.country, countryUntil: iso(site.until) }),
      })
    },
  }
}

/** By an issuer of what is counted here; what it grants is kept, since the ledger asks again at each start. */
export function intakeRecovery(incoming: Incoming): Intake {
  const { node, text } = incoming
  const recovery = open(incoming, 'recovery')
  requirePast(node, recovery.iat)
  requireLicensor(node, recovery.iss)
  const granted = getSetting(node.db, recoveriesSetting, recoveries) ?? []
  const waiting = awaited(node.licensing, recovery.recoveryId).filter((name) => name !== recovery.iss)
  return {
    known: granted.includes(text),
    effects: [
      `"${recovery.iss}" lets counting go on after the state ${recovery.recoveryId}; what was lost is between you and it.`,
    ],
    warnings:
      waiting.length === 0
        ? []
        : [`Counting waits for the same word of ${waiting.map((name) => `"${name}"`).join(', ')}.`],
    conflict: null,
    write: () => setSetting(node.db, recoveriesSetting, [...granted, text].slice(-recoveriesMax)),
  }
}

const recoveriesMax = 100

/** Whose licenses are counted here: nobody else can say that a count which was lost does not matter. */
function requireLicensor(node: NodeContext, issuer: string): void {
  if (licensors(node.licensing).includes(issuer)) return
  throw new OutpostError('LIC_ISSUER', `"${issuer}" has issued none of the licenses here.`, {
    hint: 'Ask the issuer of a license that is installed here.',
  })
}

/** Issuers that have not granted to go on from this state. */
function awaited(licensing: Licensing, recoveryId: string): string[] {
  const granted = licensing.book.notes().recoveries()
  return licensors(licensing).filter(
    (name) => !granted.some((one) => one.iss === name && one.recoveryId === recoveryId),
  )
}

/** The count is one for all licenses, so each of their issuers must let it go on. */
export const isRecoverable = (licensing: Licensing, recoveryId: string): boolean =>
  licensing.book
    .notes()
    .recoveries()
    .some((one) => one.recoveryId === recoveryId) && awaited(licensing, recoveryId).length === 0

function heard(
  node: NodeContext,
  issuer: string,
  heardAt: string,
  change: { receiptNumber?: number; document?: string; country?: string; countryUntil?: string },
): void {
  const before = listContacts(node.db).find((contact) => contact.issuer === issuer)
  const nothing = { receiptNumber: 0, country: null, countryUntil: null, document: null }
  putContact(node.db, { ...nothing, ...before, ...change, issuer, heardAt })
}
