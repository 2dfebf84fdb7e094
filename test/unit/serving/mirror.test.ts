/** Copies go to no version that its license does not let answer: not to a shadow, nor to a primary that is asked in doubt. */
import { expect, test } from 'vitest'
import type { Call } from '../../../src-main/serving/infer/exchange.ts'
import { createMirror, type MirrorOptions } from '../../../src-main/serving/infer/mirror.ts'

/** Of each part, what the mirror asks of it. */
const unchecked = <Whole>(part: object): Whole => part as Whole

function mirrored(isLicensed: boolean, how: 'send' | 'doubt') {
  const asked: string[] = []
  const primary = { role: 'primary', versionId: '1.0.0', version: { version: '1.0.0' } }
  const candidate = { role: 'candidate', versionId: '2.0.0', version: { version: '2.0.0' } }
  const shadow = { role: 'shadow', versionId: '3.0.0', version: { version: '3.0.0' } }
  const endpoint = {
    id: 'cells',
    name: 'cells',
    targets: [primary, candidate, shadow],
    split: { primary, policy: { tolerance: 0 } },
  }
  const options: MirrorOptions = unchecked({
    ready: () => ({ model: { hold: () => () => undefined }, ready: {}, figures: { count: () => undefined } }),
    isUsable: () => true,
    isLicensed: () => isLicensed,
    observe: () => undefined,
  })
  const mirror = createMirror(options)
  const call: Call = unchecked({
    caller: { name: 'test' },
    target: { traffic: { endpoint, target: candidate, forwarded: false } },
  })
  const replay = async ({ version }: { version: { version: string } }) => {
    asked.push(version.version)
    return []
  }
  if (how === 'send') mirror.send(call, replay, [])
  else mirror.doubt(call, replay)
  return { asked, leftOut: mirror.figures('cells', '3.0.0')?.leftOut }
}

test('a shadow is asked where its license lets it answer, and left out else', () => {
  expect(mirrored(true, 'send')).toEqual({ asked: ['3.0.0'], leftOut: 0 })
  expect(mirrored(false, 'send')).toEqual({ asked: [], leftOut: 1 })
})

test('the primary is asked whether it answers what a candidate failed on, where its license lets it', () => {
  expect(mirrored(true, 'doubt').asked).toEqual(['1.0.0'])
  expect(mirrored(false, 'doubt').asked).toEqual([])
})
