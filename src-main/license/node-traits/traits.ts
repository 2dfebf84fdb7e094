/**
 * What tells one machine from another: traits of a few kinds, each kept as an HMAC-SHA-256 under a secret of the node,
 * so that a license names them and nobody who reads it learns a serial number or an address. (A plain hash of a MAC
 * address is found by trying all of them.) What a machine does not have is no trait: two without never look alike.
 */
import { createHmac } from 'node:crypto'

export const traitKinds = ['machine-id', 'hardware-id', 'network-card', 'data-folder', 'node-key'] as const
export type TraitKind = (typeof traitKinds)[number]

export const traitNames: Readonly<Record<TraitKind, string>> = {
  'machine-id': 'the id of the operating system',
  'hardware-id': 'the serial number of the machine',
  'network-card': 'a network card',
  'data-folder': 'the disk that the data folder is on',
  'node-key': 'the key of this node',
}

/** What a source gave; one kind may have several values (network cards), of which any will do. */
export interface Trait {
  kind: TraitKind
  values: readonly string[]
}

export interface HashedTrait {
  kind: TraitKind
  /** 64 lower-case hexadecimal digits each. */
  hashes: readonly string[]
}

/** So many of one kind are named in a license; a machine with more cards has them in a settled order. */
const valuesMax = 6

/** What vendors, images and emulators put where an identifier should be; each stands on thousands of machines. */
const isPlaceholder = (value: string): boolean => {
  const plain = value.toLowerCase().replaceAll(/[^0-9a-z]/g, '')
  return (
    plain.length < 6 ||
    new Set(plain).size < 4 ||
    '0123456789abcdef0123456789'.includes(plain) ||
    /filledby|default|notspecified|notapplicable|uninitialized|unknown|systemserial|serialnumber/.test(
      plain,
    ) ||
    plain === '03000200040005000006000700080009'
  )
}

/** Kinds without a usable value are left out, so that what is absent here never equals what is absent there. */
export function usableTraits(traits: readonly Trait[]): Trait[] {
  return traitKinds.flatMap((kind) => {
    const values = traits
      .filter((trait) => trait.kind === kind)
      .flatMap((trait) => trait.values)
      .map((value) => value.trim().toLowerCase())
      .filter((value) => !isPlaceholder(value))
    const distinct = [...new Set(values)].sort().slice(0, valuesMax)
    return distinct.length === 0 ? [] : [{ kind, values: distinct }]
  })
}

/** `secret`: 32 bytes of this node alone, from its keys folder. */
export function hashTraits(traits: readonly Trait[], secret: Buffer): HashedTrait[] {
  return usableTraits(traits).map(({ kind, values }) => ({
    kind,
    hashes: values.map((value) =>
      createHmac('sha256', secret).update(`outpost node trait\n${kind}\n${value}`).digest('hex'),
    ),
  }))
}

/** As they stand in a license request; at most 30, of the 32 that a binding may have. */
export const bindingHashes = (traits: readonly HashedTrait[]): string[] =>
  traits.flatMap(({ hashes }) => [...hashes])
