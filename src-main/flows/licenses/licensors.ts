/** Who licenses what is served here, but for the node itself. */
import { samplePublisher } from '../access/publishers.ts'
import type { Licensing } from './licensing.ts'

/**
 * Issuers of all licenses that were ever installed and whose time is not over, removed ones too: a license that is
 * taken out for a moment and put back must win nothing. The sample publisher's key lies on this node, so its word
 * counts only where nobody else's is needed.
 */
export function licensors({ book, now }: Licensing): string[] {
  const names = book.everIssued(now())
  const others = names.filter((name) => name !== samplePublisher)
  return others.length > 0 ? others : names
}
