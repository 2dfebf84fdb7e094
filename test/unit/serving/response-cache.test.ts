/** Kept answers take no more memory than they may, however many entries the endpoints ask for. */
import { expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { trafficPolicy } from '../../../src-main/contract/traffic.ts'
import { createResponseCache } from '../../../src-main/serving/infer/response-cache.ts'
import { makeSplit } from '../../../src-main/serving/routing/choose-target.ts'
import type { EndpointRoute, RouteTarget } from '../../../src-main/serving/routing/routes.ts'

const policy = trafficPolicy.parse({ cache: { entriesMax: 1000, secondsMax: 60 } })
function endpointOf(id: string): EndpointRoute {
  const primary = { versionId: `${id}-1`, role: 'primary', buckets: [] as never } as unknown as RouteTarget
  const split = makeSplit(id, policy, primary, [])
  return { id, name: id, model: id, desired: 'running', split, targets: [primary], hasShadows: false }
}
/** So many bytes with the 512 that an entry takes besides. */
const answer = (bytes: number): Tensor[] => [
  { name: 'y', datatype: 'UINT8', shape: [bytes - 512], data: new Uint8Array(bytes - 512) },
]

test('the oldest answer of who keeps most is dropped first, and all are where the versions change', () => {
  const cache = createResponseCache({ bytesMax: 10_000 })
  const [large, small] = [endpointOf('large'), endpointOf('small')]
  cache.keep(small, 'own', answer(1000))
  for (let at = 0; at < 20; at++) cache.keep(large, `${at}`, answer(2000))
  expect(cache.find(small, 'own')).toHaveLength(1)
  const kept = Array.from({ length: 20 }, (_, at) => at).filter((at) => cache.find(large, `${at}`))
  expect(kept).toEqual([16, 17, 18, 19])
  expect(cache.bytes()).toBe(9000)
  cache.keep(large, '19', answer(500 + 512)) // the same again counts once
  expect(cache.bytes()).toBe(8012)
  cache.follow({ endpoints: new Map([['small', small]]) })
  expect([cache.bytes(), cache.find(large, '19')]).toEqual([1000, null])
})

test('an answer is forgotten after its time, and the one that was asked last is kept longest', () => {
  let now = 0
  const cache = createResponseCache({ bytesMax: 5000, now: () => now })
  const endpoint = endpointOf('one')
  for (const name of ['a', 'b', 'c', 'd']) cache.keep(endpoint, name, answer(1000))
  cache.find(endpoint, 'a')
  cache.keep(endpoint, 'e', answer(2000))
  expect(['a', 'b', 'c', 'd', 'e'].filter((name) => cache.find(endpoint, name))).toEqual(['a', 'c', 'd', 'e'])
  now = 61_000
  expect([cache.find(endpoint, 'a'), cache.bytes()]).toEqual([null, 4000])
})
