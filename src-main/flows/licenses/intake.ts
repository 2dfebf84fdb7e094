/** What the intakes of signed documents have in common. */
import { OutpostError } from '../../base/errors.ts'
import type { TermsChange } from '../../contract/license/views.ts'
import { limits } from '../../contract/limits.ts'
import type { Actor } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'

/** A document that passed every rung: what it would change, and the change itself. */
export interface Intake {
  /** Nothing would change: it is here already. */
  known: boolean
  effects: string[]
  /** Of a license that takes the place of a document before; null: of none. */
  changes?: TermsChange[] | null
  warnings: string[]
  /** Its fields contradict its type: a person must say that this is meant. */
  conflict: OutpostError | null
  /** Synchronous, inside the transaction; `at` is ISO 8601. */
  write(at: string): void
}

/** What an intake is handed: the text as it is stored, and who imports it. */
export interface Incoming {
  node: NodeContext
  text: string
  bytes: Buffer
  actor: Pick<Actor, 'name'>
}

/** LIC_IAT_FUTURE for a document of tomorrow: it would raise the trusted time beyond what is so. */
export function requirePast(node: NodeContext, iat: number): void {
  const now = node.licensing.latest()
  if (iat <= now + limits.documentSkewSeconds) return
  throw new OutpostError(
    'LIC_IAT_FUTURE',
    `The document was issued on ${new Date(iat * 1000).toISOString()}, which is later than now.`,
    {
      hint: 'Look at the clock of this machine, and at that of the issuer.',
      details: { issuedAt: iat, now },
    },
  )
}
