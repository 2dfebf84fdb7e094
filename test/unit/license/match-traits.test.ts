/** What counts as the same machine by its traits, and how long a changed one has. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchNode } from '../../../src-main/license/node-traits/match-traits.ts'
import { judgeBinding, neverBound, rebindGrace } from '../../../src-main/license/node-traits/rebind-grace.ts'
import {
  bindingHashes,
  hashTraits,
  type Trait,
  type TraitKind,
  traitKinds,
} from '../../../src-main/license/node-traits/traits.ts'

const secret = Buffer.alloc(32, 9)
const nodeKey = `sha256:${'4b'.repeat(16)}${'c7'.repeat(16)}`

const binding = (traits: readonly Trait[], name = 'rack 4') => ({
  id: nodeKey,
  name,
  traits: bindingHashes(hashTraits(traits, secret)),
})
const match = (licensed: readonly Trait[], here: readonly Trait[], need = 2) =>
  matchNode({ need, bindings: [binding(licensed)] }, hashTraits(here, secret))

/** Some kinds are absent; values are drawn from few, so that two machines often share one. */
const anyTraits = fc.array(
  fc.record({
    kind: fc.constantFrom(...traitKinds),
    values: fc.array(fc.constantFrom('value-1a', 'value-2b', 'value-3c', '', '0000'), { maxLength: 3 }),
  }),
  { maxLength: 6 },
)

const trait = (kind: TraitKind, ...values: string[]): Trait => ({ kind, values })
const machineTraits = [
  trait('machine-id', '3d1219c7c4c5404aaa1f6d2a48adfda4'),
  trait('network-card', 'b8:ca:3a:6a:31:d4', 'b8:ca:3a:6a:31:d5'),
  trait('data-folder', 'folder:2:1795262400123456789'),
  trait('node-key', nodeKey),
]

describe('the same machine', () => {
  test('a kind counts where one of its values is found, once, and never where it is absent', () => {
    fc.assert(
      fc.property(anyTraits, anyTraits, fc.integer({ min: 1, max: 5 }), (licensed, here, need) => {
        const real = (traits: readonly Trait[], kind: TraitKind) =>
          traits
            .filter((trait) => trait.kind === kind)
            .flatMap(({ values }) => values)
            .filter((value) => value.startsWith('value'))
        const shared = traitKinds.filter((kind) =>
          real(licensed, kind).some((value) => real(here, kind).includes(value)),
        )
        const result = match(licensed, here, need)
        expect(result.matched).toEqual(shared)
        expect(result.isBound).toBe(shared.length >= need)
      }),
    )
  })

  test('a changed network card, another system, a container started again: still the same', () => {
    const [id, cards, folder, key] = machineTraits as [Trait, Trait, Trait, Trait]
    expect(match(machineTraits, [id, trait('network-card', '00:1b:21:9a:4c:5e'), folder, key]).isBound).toBe(
      true,
    )
    expect(
      match(machineTraits, [trait('machine-id', 'ffa219c7c4c5404aaa1f6d2a48adfd01'), cards, folder]).isBound,
    ).toBe(true)
    expect(match([folder, key], [folder, key]).message).toBe(
      'This is the machine "rack 4": found here: the disk that the data folder is on and the key of this node.',
    )
  })

  test('the data folder copied to another machine is not enough', () => {
    const copy = [
      trait('machine-id', 'ffa219c7c4c5404aaa1f6d2a48adfd01'),
      trait('data-folder', 'folder:7:1795262400999999999'),
      trait('node-key', nodeKey),
    ]
    const result = match(machineTraits, copy)
    expect(result.isBound).toBe(false)
    expect(result.message).toBe(
      'The license is for the machine "rack 4", by 2 of its traits; found here: the key of this node; different here: the id of the operating system and the disk that the data folder is on.',
    )
  })

  test('two hosts without anything to tell them apart share nothing', () => {
    const bare = (key: string) => [
      trait('machine-id', ''),
      trait('hardware-id', '0000000'),
      trait('node-key', key),
    ]
    expect(match(bare(nodeKey), bare(`sha256:${'d1e2f3'.repeat(10)}`)).matched).toEqual([])
    expect(match([], []).isBound).toBe(false)
  })

  test('of several machines the one that fits best is told', () => {
    const other = binding([trait('node-key', `sha256:${'d1e2f3'.repeat(10)}`)], 'rack 5')
    const result = matchNode(
      { need: 2, bindings: [other, binding(machineTraits)] },
      hashTraits(machineTraits, secret),
    )
    expect(result.node.name).toBe('rack 4')
    expect(result.matched).toHaveLength(4)
  })

  test('nothing that identifies leaves: hashes alone, others under another secret, and few enough for a license', () => {
    const many = [
      trait('network-card', ...Array.from({ length: 40 }, (_, at) => `b8:ca:3a:6a:31:${String(at + 10)}`)),
      ...machineTraits,
    ]
    const hashes = binding(many).traits
    expect(hashes.length).toBeLessThanOrEqual(32)
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
    const elsewhere = bindingHashes(hashTraits(many, Buffer.alloc(32, 8)))
    expect(elsewhere.filter((hash) => hashes.includes(hash))).toEqual([])
  })
})

describe('the time to bind anew', () => {
  const good = match(machineTraits, machineTraits)
  const bad = match(machineTraits, machineTraits.slice(3))
  const start = Date.UTC(2026, 10, 21)

  test('14 days from the first look at which too little was found, and over for good with a match', () => {
    const bound = judgeBinding(good, neverBound, start)
    expect(bound).toMatchObject({
      verdict: 'bound',
      until: null,
      state: { matchedAt: start, belowSince: null },
    })
    const first = judgeBinding(bad, bound.state, start + 1000)
    expect(first).toMatchObject({ verdict: 'grace', until: start + 1000 + rebindGrace })
    expect(first.message).toMatch(/stays usable until 2026-12-05/)
    expect(judgeBinding(bad, first.state, start + 1000 + rebindGrace - 1).verdict).toBe('grace')
    const over = judgeBinding(bad, first.state, start + 1000 + rebindGrace)
    expect(over).toMatchObject({ verdict: 'unbound', until: start + 1000 + rebindGrace })
    expect(over.hint).toMatch(/outpost license request/)
    const again = judgeBinding(good, over.state, start + 2 * rebindGrace)
    expect(again.state.belowSince).toBeNull()
    expect(judgeBinding(bad, again.state, start + 3 * rebindGrace).verdict).toBe('grace')
  })

  test('none for a machine that never was the right one', () => {
    expect(judgeBinding(bad, neverBound, start)).toMatchObject({
      verdict: 'unbound',
      until: null,
      state: neverBound,
    })
  })
})
