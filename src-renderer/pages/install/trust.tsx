/** What a publisher's standing and the registry's contents mean for this package, in words and as a decision. */
import type { PackageInspection } from '../../../src-main/contract/views.ts'
import { Banner } from '../../components/page.tsx'

type Publisher = PackageInspection['publisher']
/** `same`: it is here already, and only its stored files can be put right. */
type Standing = { kind: 'installable' } | { kind: 'same' } | { kind: 'ask' } | { kind: 'refused' }

/** The node decides again when the package is installed; this only spares a person a button that cannot work. */
export function trustOf(publisher: Publisher, existing: PackageInspection['existing']): Standing {
  if (existing === 'different' || existing === 'deleted') return { kind: 'refused' }
  if (publisher.trust === 'mismatch' || publisher.trust === 'unsigned') return { kind: 'refused' }
  if (publisher.trust === 'unknown') return { kind: existing === 'same' ? 'refused' : 'ask' }
  return { kind: existing === 'same' ? 'same' : 'installable' }
}

type Props = { publisher: Publisher; existing: PackageInspection['existing']; version: string }

export function Trust({ publisher, existing, version }: Props) {
  if (existing === 'same')
    return (
      <Banner tone="info" title="Installed already.">
        {version} is here with the same contents. If a stored file of it is damaged, writing its files again
        puts the right bytes back.
      </Banner>
    )
  if (existing === 'different')
    return (
      <Banner tone="bad" title="Not the version that is here.">
        {version} is installed with other contents. A version never changes: ask the publisher for a new
        number.
      </Banner>
    )
  if (existing === 'deleted')
    return (
      <Banner tone="bad" title="Not the version that was here.">
        {version} was installed with other contents and then deleted. Its number stays theirs: ask the
        publisher for a new one.
      </Banner>
    )
  if (publisher.trust === 'mismatch')
    return (
      <Banner tone="bad" title="Another key than the trusted one.">
        {publisher.name} is trusted with another key. If the publisher has rotated it, add the new key under
        trusted publishers; else the package may be forged.
      </Banner>
    )
  if (publisher.trust === 'unsigned')
    return (
      <Banner tone="bad" title="Not signed.">
        Nobody vouches for its contents, so it cannot be installed.
      </Banner>
    )
  if (publisher.trust === 'unknown')
    return (
      <Banner tone="warn" title="Unknown publisher.">
        The signature is valid, but nobody here has said yet that {publisher.name} is who they say.
      </Banner>
    )
  return (
    <Banner tone="ok" title="Signature valid.">
      {publisher.trust === 'own'
        ? 'Built with the key of this node.'
        : `Signed with the key trusted for ${publisher.name}.`}
    </Banner>
  )
}
