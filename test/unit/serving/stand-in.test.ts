/** A stand-in answers by its own license: what was taken for the version that failed is given back. */
import { expect, test } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { Call, Exchange, InferRooms, Reply } from '../../../src-main/serving/infer/exchange.ts'
import type { Grant } from '../../../src-main/serving/infer/licensing-port.ts'
import { infer } from '../../../src-main/serving/infer/story.ts'
import type { Target } from '../../../src-main/serving/infer/target.ts'

/** Of each part, what the story asks of it. */
const unchecked = <Whole>(part: object): Whole => part as Whole

const targetOf = (versionId: string): Target =>
  unchecked({
    endpoint: 'cells',
    rule: '',
    figures: null,
    traffic: null,
    version: { versionId, model: 'acme.cells', version: versionId, digest: '' },
    model: { hold: () => () => undefined },
    ready: {
      statistics: { answered: () => undefined, failed: () => undefined },
      loaded: { executionProvider: { used: 'cpu' } },
    },
  })

async function asked(fails: string) {
  const seen: string[] = []
  const grantOf = (license: string): Grant => ({
    license,
    period: '2026-11',
    pricedByTokens: false,
    cost: () => ({ units: 1, credits: 0 }),
    answered: () => void seen.push(`${license} answered`),
    failed: () => void seen.push(`${license} given back`),
  })
  const records: Array<string | null> = []
  const rooms: InferRooms = unchecked({
    next: (failed: Target) => (failed.version.versionId === '2.0.0' ? targetOf('1.0.0') : null),
    observe: () => undefined,
    doubt: () => undefined,
    licensing: {
      admit: () => ({ allowed: true, attribution: null }),
      take: ({ version }: { version: { versionId: string } }) => grantOf(version.versionId),
    },
    record: async ({ license }: { license: string | null }) => void records.push(license),
  })
  const exchange: Exchange<Reply> = {
    perform: async (asking) => {
      asking.takeQuota(1)
      if (asking.call.target.version.versionId === fails)
        throw new OutpostError('ENGINE_CRASHED', 'The engine crashed.')
      return { status: 200, bytesOut: 0 }
    },
    replay: async () => [],
    refuse: ({ status }) => ({ status, bytesOut: 0 }),
  }
  const call: Call = unchecked({
    id: 'one',
    started: 0,
    caller: { name: 'test' },
    target: targetOf('2.0.0'),
    signal: { aborted: false },
    idempotencyKey: null,
    part: null,
    traced: null,
  })
  const { status } = await infer(call, rooms, exchange)
  return { status, seen, records }
}

test('a version that answers is counted on its own license', async () => {
  expect(await asked('none')).toEqual({ status: 200, seen: ['2.0.0 answered'], records: ['2.0.0'] })
})

test('a stand-in is counted on its own license, and the version that failed on none', async () => {
  expect(await asked('2.0.0')).toEqual({
    status: 200,
    seen: ['2.0.0 given back', '1.0.0 answered'],
    records: ['1.0.0'],
  })
})
