/**
 * Whether this is the machine that a license names: so many of its traits must be found again as the license says, two
 * as a rule. A changed network card or a container started again leaves enough; a copy on another machine does not.
 */
import type { NodeBinding } from '../../contract/license/documents.ts'
import { type HashedTrait, type TraitKind, traitNames } from './traits.ts'

export interface TraitMatch {
  isBound: boolean
  /** The binding that fits best. */
  node: { id: string; name: string }
  need: number
  /** Kinds of traits: each counts once, however many of its values are found. */
  matched: TraitKind[]
  /** Kinds that this machine has, and the license knows none of. */
  unmatched: TraitKind[]
  message: string
}

export function matchNode(
  nodes: { need: number; bindings: readonly NodeBinding[] },
  here: readonly HashedTrait[],
): TraitMatch {
  const matches = nodes.bindings.map((binding) => matchBinding(binding, nodes.need, here))
  return matches.reduce((best, match) => (match.matched.length > best.matched.length ? match : best))
}

function matchBinding(binding: NodeBinding, need: number, here: readonly HashedTrait[]): TraitMatch {
  const named = new Set(binding.traits)
  const isNamed = ({ hashes }: HashedTrait) => hashes.some((hash) => named.has(hash))
  const matched = here.filter(isNamed).map(({ kind }) => kind)
  const unmatched = here.filter((trait) => !isNamed(trait)).map(({ kind }) => kind)
  const isBound = matched.length >= need
  const found = matched.length === 0 ? 'nothing of it was found here' : `found here: ${listed(matched)}`
  const other = unmatched.length === 0 ? '' : `; different here: ${listed(unmatched)}`
  const message = isBound
    ? `This is the machine "${binding.name}": ${found}.`
    : `The license is for the machine "${binding.name}", by ${need} of its traits; ${found}${other}.`
  return { isBound, node: { id: binding.id, name: binding.name }, need, matched, unmatched, message }
}

function listed(kinds: readonly TraitKind[]): string {
  const names = kinds.map((kind) => traitNames[kind])
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
