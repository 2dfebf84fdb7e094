/** What a provider signs for one customer: credits, more requests, the time, the receipt of a usage report. */
import { OutpostError } from '../../base/errors.ts'
import type { TranchePayload } from '../../contract/license/documents.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { noteReceipt } from '../../store/tables/received-reports.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { issuerOf } from './issue.ts'
import { requireUnrevoked } from './issued.ts'
import { nextNumber } from './lists.ts'
import { receivedReport, takeReport } from './reports.ts'

export interface TrancheWish {
  lid: string
  kind: 'credits' | 'quota'
  amount: number
  month?: string | undefined
  node: string | null
}

/** Numbered for each license, so that none counts twice. */
export function signTranche(node: NodeContext, actor: Actor, wish: TrancheWish) {
  requireUnrevoked(node, wish.lid)
  const { iss, key } = issuerOf(node, undefined, 'tranche')
  const grants = grantsOf(wish)
  const number = audited(
    node,
    actor,
    { action: 'license.tranche', object: wish.lid, details: { ...grants } },
    () => nextNumber(node, `tranche-${wish.lid}`),
  )
  const payload: TranchePayload = {
    ver: 1,
    crit: [],
    iss,
    iat: node.licensing.now(),
    lid: wish.lid,
    number,
    node: wish.node,
    grants,
  }
  return { fileName: `tranche-${wish.lid}-${number}.jws`, document: signDocument('tranche', payload, key) }
}

function grantsOf({ kind, amount, month }: TrancheWish): TranchePayload['grants'] {
  if (kind === 'credits') return { kind, amount }
  if (month === undefined)
    throw new OutpostError('BAD_REQUEST', 'More requests are for one month; none was named.', {
      hint: 'Name it as 2026-11.',
    })
  return { kind, month, amount }
}

export function signTime(node: NodeContext, actor: Actor, machine: string | null) {
  const { iss, key } = issuerOf(node, undefined, 'time')
  const iat = Math.floor(node.clock.now() / 1000)
  audited(node, actor, { action: 'issuing.time', object: machine ?? 'any machine' }, () => undefined)
  return {
    fileName: `${iss}-time.jws`,
    document: signDocument('time', { ver: 1, crit: [], iss, iat, node: machine }, key),
  }
}

/**
 * For a report as takeReport shows it. What does not fit is told, and the receipt is signed all the same: refusing it
 * would stop the customer. The report is kept with its receipt.
 */
export function signReceipt(
  node: NodeContext,
  actor: Actor,
  { report, country, attestedDays }: { report: string; country: string | null; attestedDays: number },
) {
  const { iss, key } = issuerOf(node, undefined, 'receipt')
  const taken = takeReport(node, actor, report)
  const { number, head, machine, digest } = taken
  const iat = node.licensing.now()
  const site = country === null ? null : { country, until: iat + attestedDays * 86_400 }
  const document = signDocument(
    'receipt',
    { ver: 1, crit: [], iss, iat, node: machine.id, number, head, site },
    key,
  )
  audited(node, actor, { action: 'issuing.receipt', object: machine.id, details: { number, head } }, (at) =>
    noteReceipt(node.db, digest, document, at),
  )
  node.announce('licenses')
  return {
    fileName: `receipt-${number}.jws`,
    document,
    problems: taken.findings.filter(({ kind }) => kind !== 'fits').map(({ text }) => text),
    received: receivedReport(node, digest),
  }
}

/** For what the customer reads out: the machine, and the state that its ledger was found in. */
export function signRecovery(node: NodeContext, actor: Actor, wanted: { node: string; recoveryId: string }) {
  const { iss, key } = issuerOf(node, undefined, 'receipt')
  audited(
    node,
    actor,
    { action: 'issuing.recovery', object: wanted.node, details: { ...wanted } },
    () => undefined,
  )
  const document = signDocument(
    'recovery',
    { ver: 1, crit: [], iss, iat: node.licensing.now(), ...wanted },
    key,
  )
  return { fileName: `recovery-${wanted.recoveryId}.jws`, document }
}
