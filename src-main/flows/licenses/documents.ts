/**
 * A signed document on its way in: opened, held against what is here, shown, and installed in one transaction. The
 * preview and the installation go through the same rungs, so what was shown is what happens.
 */
import { OutpostError } from '../../base/errors.ts'
import type { DocumentKind, LicensePayload } from '../../contract/license/documents.ts'
import type { DocumentPreview } from '../../contract/license/views.ts'
import { kindOfDocument, type OpenedDocument, peekDocument } from '../../license/envelope/open-document.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import type { Incoming, Intake } from './intake.ts'
import { intakeLicense } from './intake-license.ts'
import { intakeKeyset, intakeRevocations } from './intake-lists.ts'
import { intakeReceipt, intakeRecovery, intakeTime, intakeTranche } from './intake-notes.ts'
import { lookAtLicenses } from './notices.ts'
import { tellOfLicenses } from './tell.ts'

const intakes: Partial<Record<DocumentKind, (incoming: Incoming) => Intake>> = {
  license: intakeLicense,
  revocations: intakeRevocations,
  keyset: intakeKeyset,
  tranche: intakeTranche,
  time: intakeTime,
  receipt: intakeReceipt,
  recovery: intakeRecovery,
}

function incomingOf(node: NodeContext, actor: Pick<Actor, 'name'>, document: string): Incoming {
  const text = document.trim()
  return { node, actor, text, bytes: Buffer.from(text) }
}

/** LIC_TYPE_MISMATCH for what the customer's side sends and the issuer's reads. */
function intakeOf(kind: DocumentKind): (incoming: Incoming) => Intake {
  const intake = intakes[kind]
  if (intake) return intake
  throw new OutpostError(
    'LIC_TYPE_MISMATCH',
    `This is a ${kind.replace('-', ' ')}, which is for the issuer.`,
    {
      hint: 'Send it to the provider, who opens it under Issue licenses.',
    },
  )
}

/** Never throws for what is wrong with the document, once it can be read at all: that stands in `failure`. */
export function previewDocument(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  document: string,
): DocumentPreview {
  const incoming = incomingOf(node, actor, document)
  const kind = kindOfDocument(incoming.bytes)
  const peeked: OpenedDocument<DocumentKind> = peekDocument(kind, incoming.bytes)
  const shown = shownOf(peeked)
  try {
    const { known, effects, changes = null, warnings, conflict } = intakeOf(kind)(incoming)
    return {
      ...shown,
      known,
      effects,
      changes,
      warnings: [...warnings, ...(conflict ? [conflict.message] : [])],
      failure: null,
    }
  } catch (error) {
    if (!(error instanceof OutpostError)) throw error
    const { code, message, hint, details } = error
    // What was changed after it was signed says nothing that anybody should read.
    const forged = code === 'LIC_SIG_INVALID' ? { license: null, payload: {} } : {}
    return {
      ...shown,
      ...forged,
      known: false,
      effects: [],
      changes: null,
      warnings: [],
      failure: {
        code,
        message,
        ...(hint !== undefined && { hint }),
        ...(details !== undefined && { details }),
      },
    }
  }
}

function shownOf({ kind, kid, payload }: OpenedDocument<DocumentKind>) {
  return {
    kind,
    issuer: payload.iss,
    issuedAt: new Date(payload.iat * 1000).toISOString(),
    kid,
    license: kind === 'license' ? (payload as LicensePayload) : null,
    payload: payload as Record<string, unknown>,
  }
}

/** POLICY_CONFLICT unless `acceptConflict`; the codes of the rungs for all else. */
export async function installDocument(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  { document, acceptConflict }: { document: string; acceptConflict: boolean },
): Promise<DocumentPreview> {
  const incoming = incomingOf(node, actor, document)
  const kind = kindOfDocument(incoming.bytes)
  const intake = intakeOf(kind)(incoming)
  const peeked: OpenedDocument<DocumentKind> = peekDocument(kind, incoming.bytes)
  if (intake.conflict && !acceptConflict) throw intake.conflict
  if (!intake.known) {
    const { iss } = peeked.payload
    audited(
      node,
      actor,
      { action: `license.import-${kind}`, object: iss, details: { digest: peeked.digest } },
      (at) => {
        intake.write(at)
        nextSnapshot(node.db)
      },
    )
    node.licensing.heard(peeked.payload.iat)
    await tellOfLicenses(node)
    await lookAtLicenses(node, kind === 'license' ? (peeked.payload as LicensePayload).model.id : null)
  }
  const { known, effects, changes = null, warnings } = intake
  return { ...shownOf(peeked), known, effects, changes, warnings, failure: null }
}
