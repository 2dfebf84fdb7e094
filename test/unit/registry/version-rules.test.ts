/** What a version number promises, rule by rule, and that the number which is suggested keeps every promise. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextVersion } from '../../../src-main/base/version-order.ts'
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import { interfaceBreaks } from '../../../src-main/registry/interface-breaks.ts'
import { type VersionFacts, versionProblems } from '../../../src-main/registry/version-rules.ts'
import { anyVersion } from '../../support/arbitrary-versions.ts'
import { type DescriptorChange, descriptor, graph } from '../../support/registration.ts'

function facts(
  version: string,
  change: DescriptorChange = {},
  withGraph: GraphSummary | null = null,
): VersionFacts {
  return {
    version,
    dataVersion: change.dataVersion ?? null,
    descriptor: descriptor({ ...change, version }),
    graph: withGraph,
  }
}

const major = { change: { type: 'major', migrationGuide: 'GUIDE.md' } } as const
const minor = { change: { type: 'minor' } } as const
const patch = { change: { type: 'patch' } } as const
const rules = (next: VersionFacts, before: VersionFacts | null, exact = true) =>
  versionProblems(next, before, exact).map(({ rule }) => rule)

describe('R16: the number fits the change', () => {
  test.each([
    ['1.4.2', '2.0.0', major, []],
    ['1.4.2', '1.5.0', minor, []],
    ['1.4.2', '1.4.3', patch, []],
    ['1.4.2', '1.7.0', minor, []],
    ['1.4.2', '2.0.0-rc.1', major, []],
    ['1.4.2', '2.1.0', major, ['lower-numbers-reset']],
    ['1.4.2', '1.5.1', minor, ['lower-numbers-reset']],
    ['1.4.2', '1.4.3', minor, ['lower-numbers-reset']],
    ['1.4.2', '1.5.0', major, ['lower-numbers-reset']],
    ['1.4.2', '1.5.0', patch, ['number-fits-change']],
    ['1.4.2', '2.0.0', minor, ['number-fits-change']],
  ] as const)('%s to %s', (before, next, change, expected) => {
    expect(rules(facts(next, change), facts(before))).toEqual(expected)
  })

  test('an import is not refused because versions between are not here, a build is', () => {
    expect(rules(facts('1.1.1', patch), facts('1.0.0'), false)).toEqual([])
    expect(rules(facts('1.1.1', patch), facts('1.0.0'), true)).toEqual(['number-fits-change'])
    expect(rules(facts('3.0.0', patch), facts('1.0.0'), false)).toEqual(['number-fits-change'])
  })

  test('a first version keeps no promise yet', () => {
    expect(rules(facts('3.4.5', major), null)).toEqual([])
  })

  test('the number that is suggested for a change keeps the promise, whatever came before', () => {
    fc.assert(
      fc.property(anyVersion, fc.constantFrom('major', 'minor', 'patch'), (latest, type) => {
        const next = nextVersion(latest, type)
        const before = facts(latest)
        if (latest.startsWith(`${next}-`)) return // compared with what came before the prerelease
        expect(rules(facts(next, { change: { type, migrationGuide: 'GUIDE.md' } }), before)).toEqual([])
      }),
    )
  })
})

describe('R4: what breaks a consumer is major', () => {
  const before = facts('1.0.0', { architecture: 'cnn' }, graph())
  const broken: [string, DescriptorChange, GraphSummary, string][] = [
    [
      'a listed break',
      { change: { type: 'minor', breakingChanges: ['Labels renamed'] } },
      graph(),
      'breaking-is-major',
    ],
    [
      'not backward compatible',
      { change: { type: 'minor', backwardCompatible: false } },
      graph(),
      'breaking-is-major',
    ],
    ['another API', { change: { type: 'minor', apiVersion: 'v2' } }, graph(), 'api-is-major'],
    ['another task', { ...minor, task: 'object-detection' }, graph(), 'task-is-major'],
    [
      'R21: another architecture',
      { ...minor, architecture: 'transformer' },
      graph(),
      'architecture-is-major',
    ],
    [
      'another output shape',
      minor,
      graph({ outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 12] }] }),
      'interface-is-major',
    ],
  ]
  test.each(broken)('%s', (_name, change, withGraph, rule) => {
    expect(rules(facts('1.1.0', { architecture: 'cnn', ...change }, withGraph), before)).toEqual([rule])
    const asMajor = { architecture: 'cnn', ...change, change: { ...change.change, ...major.change } }
    expect(rules(facts('2.0.0', asMajor, withGraph), before)).toEqual([])
  })

  test('the interface: taking more and giving more breaks nobody', () => {
    const tensor = (name: string, shape: number[], datatype: 'FP32' | 'INT64' = 'FP32') => ({
      name,
      datatype,
      shape,
    })
    const breaks = (was: Partial<GraphSummary>, is: Partial<GraphSummary>) =>
      interfaceBreaks(graph(was), graph(is)).length
    const inputs = [tensor('image', [-1, 64])]
    expect(breaks({}, {})).toBe(0)
    expect(breaks({ inputs: [tensor('image', [1, 64])] }, { inputs })).toBe(0)
    expect(breaks({ inputs }, { inputs: [tensor('image', [1, 64])] })).toBe(1)
    expect(breaks({ inputs }, { inputs: [tensor('picture', [-1, 64])] })).toBe(2)
    expect(breaks({ inputs }, { inputs: [...inputs, tensor('mask', [-1])] })).toBe(1)
    expect(breaks({ inputs }, { inputs: [tensor('image', [-1, 64], 'INT64')] })).toBe(1)
    expect(breaks({ inputs }, { inputs: [tensor('image', [-1, 8, 8])] })).toBe(1)
    expect(breaks({ inputs }, { inputs: [{ ...tensor('image', []), unranked: true }] })).toBe(0)
    const outputs = [tensor('scores', [-1, 10])]
    expect(breaks({ outputs }, { outputs: [...outputs, tensor('embedding', [-1, 32])] })).toBe(0)
    expect(breaks({ outputs }, { outputs: [] })).toBe(1)
    expect(breaks({ outputs }, { outputs: [tensor('scores', [1, 10])] })).toBe(0)
    expect(breaks({ outputs }, { outputs: [tensor('scores', [-1, -1])] })).toBe(1)
  })
})

describe('R5, R19: retraining is minor and gives the data a new version', () => {
  const hash = (digit: string) => `sha256:${digit.repeat(64)}`
  const trained = { dataVersion: 'data.1', training: { dataHash: hash('1'), hyperparameters: { depth: 4 } } }
  const before = facts('1.0.0', trained)
  test.each([
    ['the same training', patch, {}, []],
    ['another data version in a patch', patch, { dataVersion: 'data.2' }, ['data-is-minor']],
    ['the data version left out of a patch', patch, { dataVersion: undefined }, ['data-is-minor']],
    [
      'other hyperparameters in a patch',
      patch,
      { training: { ...trained.training, hyperparameters: { depth: 5 } } },
      ['tuning-is-minor'],
    ],
    [
      'other hyperparameters in a minor',
      minor,
      { training: { ...trained.training, hyperparameters: { depth: 5 } } },
      [],
    ],
    [
      'other data in a patch',
      patch,
      { dataVersion: 'data.2', training: { ...trained.training, dataHash: hash('2') } },
      ['data-is-minor', 'data-is-minor'],
    ],
    [
      'other data in a minor',
      minor,
      { dataVersion: 'data.2', training: { ...trained.training, dataHash: hash('2') } },
      [],
    ],
    [
      'other data under the old data version',
      minor,
      { training: { ...trained.training, dataHash: hash('2') } },
      ['data-version-follows-data'],
    ],
  ] as const)('%s', (_name, change, difference, expected) => {
    const version = change === patch ? '1.0.1' : '1.1.0'
    expect(
      rules(facts(version, { ...trained, ...change, ...difference } as DescriptorChange), before),
    ).toEqual(expected)
  })
})

test('a major after another version needs a migration guide', () => {
  const [problem] = versionProblems(facts('2.0.0', { change: { type: 'major' } }), facts('1.4.0'), true)
  expect(problem).toMatchObject({ code: 'MIGRATION_GUIDE_MISSING', rule: 'major-has-guide' })
})
