/** When an alert begins and ends, by a clock of the test's own. */
import { expect, test } from 'vitest'
import type { AlertRule, FeatureDrift } from '../../../src-main/contract/alerts.ts'
import {
  type AlertChange,
  createAlertWatch,
  type WatchedRoutes,
} from '../../../src-main/serving/watching/alert-watch.ts'

const rule = (changes: Partial<AlertRule> = {}): AlertRule => ({
  id: 'rule',
  endpoint: null,
  version: null,
  metric: 'error-rate',
  threshold: 0.1,
  windowSeconds: 60,
  countMin: 10,
  createdAt: '2026-01-01T00:00:00Z',
  ...changes,
})

const serving = (...versions: string[]): WatchedRoutes => ({
  endpoints: new Map([
    [
      'digits',
      {
        id: 'e',
        name: 'digits',
        model: 'acme.digits',
        desired: 'running' as const,
        targets: versions.map((name, at) => ({
          name,
          versionId: `v${name}`,
          role: at === 0 ? ('primary' as const) : ('candidate' as const),
        })),
      },
    ],
  ]),
})

const feature = (changes: Partial<FeatureDrift>): FeatureDrift => ({
  side: 'input',
  tensor: 'x',
  name: 'radius',
  kind: 'number',
  psi: 0,
  psiByChance: 0.1,
  ks: 0,
  ksChance: 1,
  count: 100,
  usual: '1',
  seen: '1',
  ...changes,
})

function started() {
  const told: AlertChange[] = []
  const state = { at: 0, waiting: 0, features: [] as FeatureDrift[], samples: 0 }
  const watch = createAlertWatch({
    now: () => state.at,
    queueLength: () => state.waiting,
    drift: () => ({ samples: state.samples, features: state.features }),
    onChange: (change) => told.push(change),
  })
  const ask = (count: number, failed: boolean, version = '1.0.0') => {
    for (let asked = 0; asked < count; asked++) watch.observe('e', `v${version}`, { latencyMs: 5, failed })
  }
  const look = (seconds: number) => {
    state.at += seconds * 1000
    watch.look()
    return told.splice(0).map(({ version, state: is }) => `${version} ${is}`)
  }
  return { watch, state, told, ask, look }
}

test('errors fire once there are enough requests, once, and are resolved when they are over', () => {
  const { watch, ask, look } = started()
  watch.follow(serving('1.0.0', '1.1.0'), [rule()], [])
  ask(9, true)
  expect(look(1)).toEqual([])
  ask(9, false)
  ask(20, false, '1.1.0')
  expect(look(1)).toEqual(['1.0.0 firing'])
  expect(look(1)).toEqual([])
  ask(100, false)
  expect(look(1)).toEqual(['1.0.0 resolved'])
})

test('what nobody asks any more is resolved when its window is over', () => {
  const { watch, ask, look } = started()
  watch.follow(serving('1.0.0'), [rule()], [])
  ask(20, true)
  expect(look(1)).toEqual(['1.0.0 firing'])
  expect(look(30)).toEqual([])
  expect(look(35)).toEqual(['1.0.0 resolved'])
})

test('an alert of a former process stays until there is something to judge by', () => {
  const { watch, ask, look } = started()
  const open = {
    ruleId: 'rule',
    endpoint: 'digits',
    model: 'acme.digits',
    version: '1.0.0',
    metric: 'error-rate' as const,
    threshold: 0.1,
  }
  watch.follow(serving('1.0.0'), [rule()], [open])
  expect(look(1)).toEqual([])
  ask(20, false)
  expect(look(1)).toEqual(['1.0.0 resolved'])
})

test('what is served no longer, and what was not since the start, is resolved', () => {
  const { watch, told, ask, look } = started()
  watch.follow(serving('1.0.0', '1.1.0'), [rule()], [])
  ask(20, true, '1.1.0')
  expect(look(1)).toEqual(['1.1.0 firing'])
  watch.follow(serving('1.0.0'), [rule()], [])
  expect(told.splice(0)).toMatchObject([{ version: '1.1.0', state: 'resolved' }])
})

test('a rule of one endpoint and version watches that alone', () => {
  const { watch, ask, look } = started()
  watch.follow(serving('1.0.0', '1.1.0'), [rule({ endpoint: 'digits', version: '1.1.0' })], [])
  ask(20, true)
  expect(look(1)).toEqual([])
  watch.follow(serving('1.0.0'), [rule({ endpoint: 'other' })], [])
  ask(20, true)
  expect(look(1)).toEqual([])
})

test('latency and the queue', () => {
  const { watch, state, ask, look } = started()
  watch.follow(serving('1.0.0'), [rule({ metric: 'latency-p95', threshold: 4 })], [])
  ask(20, false)
  expect(look(1)).toEqual(['1.0.0 firing'])
  watch.follow(serving('1.0.0'), [rule({ id: 'q', metric: 'queue-length', threshold: 3, countMin: 3 })], [])
  state.waiting = 8
  expect(look(1)).toEqual(['1.0.0 resolved'])
  expect(look(1)).toEqual([])
  expect(look(1)).toEqual(['1.0.0 firing'])
})

test('quality fires below its threshold, and counts scores alone', () => {
  const { watch, ask, look } = started()
  watch.follow(serving('1.0.0'), [rule({ metric: 'quality', threshold: 0.8 })], [])
  const judge = (count: number, quality: number) => {
    for (let judged = 0; judged < count; judged++) watch.observe('e', 'v1.0.0', { quality })
  }
  judge(9, 0.5)
  ask(100, false)
  expect(look(1)).toEqual([])
  judge(1, 0.5)
  expect(look(1)).toEqual(['1.0.0 firing'])
  judge(90, 1)
  expect(look(1)).toEqual(['1.0.0 resolved'])
})

test('drift fires by the feature that is furthest, and not by what chance brings', () => {
  const { watch, state, told } = started()
  watch.follow(serving('1.0.0'), [rule({ metric: 'psi', threshold: 0.25 })], [])
  const look = () => {
    state.at += 5000
    watch.look()
    return told.splice(0)
  }
  state.samples = 9
  state.features = [feature({ psi: 3 })]
  expect(look()).toEqual([])
  state.samples = 30
  state.features = [feature({ psi: 0.4, psiByChance: 0.5 })]
  expect(look()).toEqual([])
  state.features = [feature({ psi: 0.4, psiByChance: 0.5 }), feature({ psi: 0.3, name: 'texture' })]
  expect(look()).toMatchObject([{ state: 'firing', value: 0.3, message: expect.stringContaining('texture') }])
  state.features = [feature({ psi: 0.05 })]
  expect(look()).toMatchObject([{ state: 'resolved' }])
})
