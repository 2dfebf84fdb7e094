/** A provider issues a license: from terms to a signed document, with the codes for a bad night. */
import type { KeyObject } from 'node:crypto'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { parseJson } from '../../base/json.ts'
import { seal, unseal } from '../../base/seal.ts'
import { fingerprintOf } from '../../base/signing-key.ts'
import { filledAttribution } from '../../contract/license/attribution.ts'
import { typeConflicts } from '../../contract/license/conflicts.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { IssuedLicense, LicenseDraft } from '../../contract/license/issuing.ts'
import { isAboutLicense, readChallenge } from '../../license/emergency/challenge.ts'
import { emergencySecret, makeEmergencyCodes } from '../../license/emergency/emergency-codes.ts'
import { commitments } from '../../license/emergency/redeem.ts'
import { openSelfSigned } from '../../license/envelope/open-document.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { isVersionRange } from '../../license/ladder/rungs.ts'
import { parseSealingKey, wrapContentKey } from '../../license/sealed-weights/wrap-key.ts'
import {
  insertIssued,
  listIssued,
  revokeIssued,
  type StoredIssued,
} from '../../store/tables/issued-licenses.ts'
import { findModel } from '../../store/tables/models.ts'
import { ownSigner } from '../access/publishers.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { draftWarnings } from './draft-warnings.ts'
import { fileNameOf, payloadOf, requireIssued, requireUnrevoked, rowOf } from './issued.ts'
import { sealingContentKey } from './seal-version.ts'

const daySeconds = 86_400
const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)
const isoOf = (value: number): string => new Date(value * 1000).toISOString()

/** The key that signs, and in whose name: this node's publisher, or one that certified its key for the purpose. */
export function issuerOf(
  node: NodeContext,
  name: string | undefined,
  purpose: 'license' | 'revocations' | 'tranche' | 'time' | 'receipt',
): { iss: string; key: KeyObject } {
  const { publisher, privateKey } = ownSigner(node)
  const iss = name ?? publisher
  if (iss !== publisher)
    node.licensing.book
      .issuers()
      .require({ kid: fingerprintOf(privateKey), iss, iat: node.licensing.now() }, purpose)
  return { iss, key: privateKey }
}

/** What would be signed. LIC_ISSUER for a model of another publisher; LIC_ codes for a request that is none. */
function draftLicense(node: NodeContext, draft: LicenseDraft): LicensePayload {
  const { iss } = issuerOf(node, draft.issuer, 'license')
  requireOwnModel(iss, draft.model)
  if (draft.renews !== null) requireUnrevoked(node, draft.renews)
  const former = draft.renews === null ? undefined : requireIssued(node, draft.renews)[0]
  const nbf = draft.startsAt === null ? node.licensing.now() : seconds(draft.startsAt)
  const exp = draft.endsAt === null ? null : seconds(draft.endsAt)
  if (exp !== null && exp <= nbf)
    throw new OutpostError('BAD_REQUEST', 'The license would end before it begins.', {
      hint: 'Give it an end after its beginning, or none.',
    })
  const lid = former?.lid ?? newId()
  const license: LicensePayload = {
    ver: 1,
    crit: [],
    iss,
    iat: node.licensing.now(),
    lid,
    seq: (former?.seq ?? 0) + 1,
    supersedes: draft.supersedes,
    sub: draft.account,
    aud: draft.site,
    nbf,
    exp,
    trial: draft.trial,
    model: { id: draft.model, range: draft.range },
    artifacts: draft.artifacts,
    terms: { ...draft.terms, attribution: attributionOf(node, iss, draft) },
    nodes: nodesOf(draft) ?? (former && draft.keepMachines ? payloadOf(former).nodes : null),
    offlineSecondsMax: draft.offlineDaysMax && draft.offlineDaysMax * daySeconds,
    revocationsAgeSecondsMax: draft.revocationsDaysMax && draft.revocationsDaysMax * daySeconds,
    emergency: [],
    enc: encOf(node, draft, former),
    contact: draft.contact,
  }
  if (!isVersionRange(draft.range))
    throw new OutpostError('BAD_REQUEST', `"${draft.range}" is no range of versions.`, {
      hint: 'Write * for all, 1.x, ^1.2 or >=1.0.0 <3.0.0.',
    })
  return license
}

/** The next document of a license brings the same key, unless another one is named. */
function encOf(
  node: NodeContext,
  draft: LicenseDraft,
  former: StoredIssued | undefined,
): LicensePayload['enc'] {
  const keyId = draft.sealKeyId ?? (former ? payloadOf(former).enc?.keyId : undefined)
  if (keyId === undefined) return null
  if (draft.requests.length === 0)
    throw new OutpostError(
      'BAD_REQUEST',
      'The key of sealed weights is wrapped for machines, and none was named.',
      {
        hint: 'Add the request of each machine: outpost license issue --request FILE.',
      },
    )
  const contentKey = sealingContentKey(node, draft.model, keyId)
  const wrapped = draft.requests.map((text) => {
    const { payload } = openSelfSigned('node-request', Buffer.from(text.trim()))
    const recipient = parseSealingKey(payload.sealingKey)
    return {
      node: payload.node.id,
      key: wrapContentKey(contentKey, recipient, { node: payload.node.id, keyId }),
    }
  })
  contentKey.fill(0)
  return { keyId, wrapped }
}

function attributionOf(node: NodeContext, publisher: string, { model, terms }: LicenseDraft): string | null {
  const title = findModel(node.db, model)?.title ?? model
  return filledAttribution(terms.attribution, { publisher, title })
}

function requireOwnModel(iss: string, model: string): void {
  if (model.split('.')[0] === iss) return
  throw new OutpostError(
    'LIC_ISSUER',
    `"${iss}" can license its own models alone, and ${model} is of another publisher.`,
    {
      hint: `Name a model of "${iss}".`,
    },
  )
}

function nodesOf({ requests, traitsNeeded: need, terms, model }: LicenseDraft): LicensePayload['nodes'] {
  if (requests.length === 0) return null
  const bindings = requests.map((text) => openSelfSigned('node-request', Buffer.from(text.trim())).payload)
  const other = bindings.find(({ wants }) => wants.model !== model)
  if (other)
    throw new OutpostError(
      'LIC_MODEL_MISMATCH',
      `The request of "${other.node.name}" is for ${other.wants.model}, not for ${model}.`,
    )
  if (terms.nodesMax !== null && bindings.length > terms.nodesMax)
    throw new OutpostError(
      'BAD_REQUEST',
      `The terms allow ${terms.nodesMax} machines; ${bindings.length} were named.`,
    )
  return { need, bindings: bindings.map(({ node }) => node) }
}

export const previewLicense = (node: NodeContext, draft: LicenseDraft) => {
  const license = draftLicense(node, draft)
  return { license, conflicts: typeConflicts(license.terms), warnings: draftWarnings(node, license) }
}

export function issueLicense(node: NodeContext, actor: Actor, draft: LicenseDraft) {
  const { key } = issuerOf(node, draft.issuer, 'license')
  const drafted = draftLicense(node, draft)
  const codes = makeEmergencyCodes(emergencySecret(key), `${drafted.lid}`, draft.emergencyCodes)
  const license = { ...drafted, emergency: commitments(codes, drafted.lid) }
  const document = signDocument('license', license, key)
  const { lid, seq, sub: account, model, terms, exp } = license
  const details = { account, model: model.id, range: model.range, type: terms.type, seq }
  audited(node, actor, { action: 'license.issue', object: lid, details }, (at) =>
    insertIssued(node.db, {
      lid,
      seq,
      originNode: node.nodeId,
      document,
      account,
      model: model.id,
      type: terms.type,
      issuedAt: at,
      endsAt: exp === null ? null : isoOf(exp),
      emergencySealed:
        codes.length === 0 ? null : seal(node.secrets.pepper, 'emergency-codes', lid, JSON.stringify(codes)),
      revokedAt: null,
      revokedReason: null,
    }),
  )
  node.announce('licenses')
  return { fileName: fileNameOf(license), document, license, codes, warnings: draftWarnings(node, drafted) }
}

/** What the customer reads out names the license, the machine and the number of the code. */
export function emergencyCodeFor(node: NodeContext, actor: Actor, text: string) {
  const challenge = readChallenge(text)
  const stored = listIssued(node.db).find(({ lid }) => isAboutLicense(challenge, lid))
  if (!stored || stored.emergencySealed === null)
    throw new OutpostError('LIC_NOT_FOUND', 'No license that this node issued fits what was read out.', {
      hint: 'Ask for it once more, group by group.',
    })
  const { lid, account, model } = stored
  requireUnrevoked(node, lid)
  const codes = parseJson(
    unseal(node.secrets.pepper, 'emergency-codes', lid, stored.emergencySealed),
  ) as string[]
  const code = codes[challenge.number]
  if (code === undefined)
    throw new OutpostError('LIC_NOT_FOUND', 'This license has no code of that number left.', {
      hint: 'Issue a new document of it.',
    })
  const details = { number: challenge.number, account, model }
  audited(node, actor, { action: 'license.emergency-code', object: lid, details }, () => undefined)
  return { lid, account, model, number: challenge.number, code }
}

export function revokeLicense(node: NodeContext, actor: Actor, lid: string, reason: string): IssuedLicense {
  requireIssued(node, lid)
  audited(node, actor, { action: 'license.revoke', object: lid, details: { reason } }, () =>
    revokeIssued(node.db, lid, isoTime(node.clock), reason),
  )
  node.announce('licenses')
  return rowOf(requireIssued(node, lid))
}

export function openRequest(document: string) {
  const { payload: request, kid } = openSelfSigned('node-request', Buffer.from(document.trim()))
  return { request, kid }
}

/** The proof is for this issuer's own license, and of a machine that it was bound to. */
export function checkDeactivation(node: NodeContext, document: string) {
  const { payload } = openSelfSigned('deactivation', Buffer.from(document.trim()))
  const license = rowOf(requireIssued(node, payload.lid))
  const bound = license.license.nodes?.bindings.some(({ id }) => id === payload.node.id) ?? true
  if (!bound)
    throw new OutpostError(
      'LIC_NODE_MISMATCH',
      `The machine "${payload.node.name}" is none that the license was bound to.`,
    )
  // Else a proof could be shown twice, or one of a document before while the present one runs on.
  if (payload.seq < license.seq)
    throw new OutpostError(
      'LIC_SUPERSEDED',
      `The proof is of document ${payload.seq}; the newest that was issued is document ${license.seq}.`,
      {
        hint: 'Ask for the proof of the newest document: it is imported there first, and given up then.',
        details: { seq: payload.seq, newest: license.seq },
      },
    )
  return { lid: payload.lid, node: payload.node.id, name: payload.node.name, at: isoOf(payload.iat), license }
}
