/** Whether this node lets a package in: by the key that signed it, and the name under which that key is trusted. */
import { OutpostError } from '../../base/errors.ts'
import type { PackageHead } from '../../package/archive/package-head.ts'
import { type PublisherSeen, publisherTrust } from '../../registry/publisher-trust.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { publishersNamed } from '../../store/tables/publishers.ts'
import type { Actor } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'
import { samplePublisher, trustKey } from './publishers.ts'

export type { PublisherSeen }

/** The id's first part is the publisher, and the signature must have been made under that name. */
export function seenPublisher(
  db: NodeReader,
  { descriptor, signature }: Pick<PackageHead, 'descriptor' | 'signature'>,
): PublisherSeen {
  const name = descriptor.id.split('.')[0] ?? ''
  const seen = publisherTrust(db)(name, signature?.fingerprint ?? null)
  return signature && signature.publisher !== name ? { ...seen, trust: 'mismatch' } : seen
}

/**
 * Lets a package pass or throws PACKAGE_UNSIGNED, PUBLISHER_UNKNOWN or PUBLISHER_MISMATCH. `trust` is the fingerprint
 * that a person has seen and decided to believe: an unknown key that is exactly this one passes, and is kept by
 * `trustAdmitted` once the package is in.
 */
export function admitPublisher(db: NodeReader, head: PackageHead, trust: string | undefined): PublisherSeen {
  const seen = seenPublisher(db, head)
  const { name, fingerprint } = seen
  const details = { publisher: name, fingerprint }
  switch (seen.trust) {
    case 'own':
    case 'trusted':
      return seen
    case 'unsigned':
      throw new OutpostError(
        'PACKAGE_UNSIGNED',
        `The package ${head.descriptor.id}@${head.version} is not signed.`,
        {
          hint: 'Ask its publisher for a signed one, or pack it yourself from its source.',
        },
      )
    case 'mismatch':
      throw new OutpostError(
        'PUBLISHER_MISMATCH',
        `The package says it is of "${name}", but its key ${fingerprint} is not the one trusted under that name.`,
        {
          hint: mismatchHint(db, name),
          details,
        },
      )
    case 'unknown':
      if (head.signature && trust === fingerprint) return { ...seen, trust: 'trusted' }
      throw new OutpostError(
        'PUBLISHER_UNKNOWN',
        `The publisher "${name}" with the key ${fingerprint} is not trusted here.`,
        {
          hint: `Compare the fingerprint with what the publisher states, then import it again with --trust ${fingerprint} on the command line, or by the box in the window that installs it.`,
          details,
        },
      )
  }
}

/** Three ways lead here, and each has another way out. */
function mismatchHint(db: NodeReader, name: string): string {
  if (publishersNamed(db, name).some(({ own }) => own)) {
    return `"${name}" is also what this node signs as, with a key of its own. Name one of the two otherwise (outpost publisher rename), or use one key on both (outpost publisher export, then import).`
  }
  if (name === samplePublisher) {
    return 'Each node signs its sample models with a key of its own. Remove the samples here first to take those of another node.'
  }
  return 'Ask the publisher whether the key changed; then trust the new one in Settings.'
}

/** Keeps the trust with which a package was let in: together with its registration, so that a refused one leaves none. */
export function trustAdmitted(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  head: PackageHead,
  trust: string | undefined,
): void {
  const { name, fingerprint, trust: standing } = seenPublisher(node.db, head)
  if (standing !== 'unknown' || !head.signature || trust !== fingerprint) return
  trustKey(node, actor, { name, publicKey: head.signature.publicKey, note: '' })
}
