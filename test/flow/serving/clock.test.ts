/** Someone sets the clock of the machine: forward by a year, back by two, and right again, while it serves. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyUsage } from '../../../src-main/metering/verify-usage.ts'
import { linearModel } from '../../support/served-models.ts'
import { usageKey } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

const dayMs = 86_400_000
const path = '/v1/models/acme.linear/inference'
const body = { inputs: [1, 2, 3, 4] }

test('a clock that jumps fails no request, loses no record, and locks a key out only while it is wrong', async () => {
  const node = await temporaryServingNode()
  const clock = join(node.dataDir, 'clock')
  const jump = (days: number) => writeFileSync(clock, String(days * dayMs))
  jump(0)
  await node.serve('acme.linear', linearModel(4, 3))
  const key = node.createKey().secret
  const limited = node.createKey(['infer'], null, 60_000).secret
  const expiring = node.createKey(['infer'], new Date(Date.now() + 30 * dayMs).toISOString()).secret
  const serving = await node.start(
    {},
    {
      execArgv: ['--import', join(import.meta.dirname, '../../support/jumping-clock.ts')],
      env: { ...process.env, OUTPOST_TEST_CLOCK: clock },
    },
  )
  const statuses = new Map<number, number>()
  let going = true
  const load = async (secret: string) => {
    while (going) {
      const { status } = await serving.call(path, body, secret)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const under = Promise.all([load(key), load(key), load(limited)])
  const ofExpiring = async () => (await serving.call(path, body, expiring)).status
  expect(await ofExpiring()).toBe(200)
  jump(365)
  await expect.poll(ofExpiring).toBe(401)
  jump(-365)
  await expect.poll(ofExpiring).toBe(200)
  jump(0)
  const before = statuses.get(200) ?? 0
  await expect.poll(() => (statuses.get(200) ?? 0) - before).toBeGreaterThan(100)
  going = false
  await under
  expect([...statuses.keys()]).toEqual([200])
  await serving.drain()
  const verified = await verifyUsage(node.paths.usage, Buffer.from(usageKey, 'hex'))
  expect(verified).toMatchObject({ intact: true, problem: null })
  expect(verified.records).toBeGreaterThanOrEqual(statuses.get(200) ?? 0)
})
