/** What survives: every answered call is in the usage chain after kill -9, a hang costs its own model, control may vanish. */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { readJournal } from '../../../src-main/engine/journal.ts'
import { verifyUsage } from '../../../src-main/metering/verify-usage.ts'
import { openUsageDatabase } from '../../../src-main/store/open.ts'
import { listUsageRecords } from '../../../src-main/store/tables/usage-records.ts'
import { endlessModel, linearModel } from '../../support/served-models.ts'
import { type ServingNode, usageKey } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
  await node.serve('acme.linear', linearModel(4, 3))
})

const path = '/v1/models/acme.linear/inference'
const body = { inputs: [1, 2, 3, 4] }

test('kill -9 at any moment loses no answered call and counts none twice', async () => {
  const answered = new Set<string>()
  for (const callsBeforeKill of [1, 7, 40, 150]) {
    const serving = await node.start()
    let left = callsBeforeKill
    const client = async () => {
      for (;;) {
        const answer = await serving.call(path, body, key).catch(() => null)
        if (!answer) return
        expect(answer.status).toBe(200)
        answered.add((answer.body as { id: string }).id)
        if (--left === 0) serving.kill()
      }
    }
    await Promise.all(Array.from({ length: 6 }, client))
    expect(await serving.exited).toBe('SIGKILL')
  }
  const last = await node.start() // indexes what the killed ones had not
  await last.drain()
  const verified = await verifyUsage(node.paths.usage, Buffer.from(usageKey, 'hex'))
  expect(verified).toMatchObject({ intact: true, problem: null })
  const db = openUsageDatabase(node.dataDir)
  const { rows, total } = listUsageRecords(db, {}, { offset: 0, limit: 10_000 })
  const hours = db
    .prepare<[], { requests: number }>('select sum(requests) as requests from usage_hours')
    .get()
  db.close()
  const recorded = new Set(rows.map(({ id }) => id))
  expect([...answered].filter((id) => !recorded.has(id))).toEqual([])
  expect([total, hours?.requests]).toEqual([verified.records, verified.records])
})

test('a run that hangs is given up: its model is set aside, control hears of it, the others go on', async () => {
  const endless = await node.serve('acme.endless', endlessModel())
  const serving = await node.start({ runSecondsMax: 1 })
  const hanging = serving.call('/v1/models/acme.endless/inference', { inputs: { x: [1], never: false } }, key)
  const linear = async () => (await serving.call(path, body, key)).status
  expect(await linear()).toBe(200)
  expect(await serving.message('stuck')).toEqual({ type: 'stuck', versionId: endless })
  expect((await hanging).headers.get('outpost-error')).toBe('MODEL_SET_ASIDE')
  expect(await linear()).toBe(200)
  expect((await readJournal(node.dataDir)).map(({ versionId, phase }) => [versionId, phase])).toEqual([
    [endless, 'run'],
  ])
  const refused = await serving.call(
    '/v1/models/acme.endless/inference',
    { inputs: { x: [1], never: false } },
    key,
  )
  expect(refused.headers.get('outpost-error')).toBe('MODEL_SET_ASIDE')
}, 30_000)

test('when control vanishes, serving drains and leaves neither port nor database behind', async () => {
  // A control of its own, which starts serving and is then killed without a word.
  const script = join(node.dataDir, 'control.ts')
  const support = join(import.meta.dirname, '../../support/orphaned-control.ts')
  writeFileSync(script, `import ${JSON.stringify(support)}\n`)
  const control = fork(script, [node.dataDir], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const { url, pid } = await new Promise<{ url: string; pid: number }>((resolve) =>
    control.once('message', (message) => resolve(message as { url: string; pid: number })),
  )
  expect((await fetch(`${url}/v2/health/live`)).status).toBe(200)
  control.kill('SIGKILL')
  await expect
    .poll(
      () =>
        fetch(`${url}/v2/health/live`).then(
          () => 'answers',
          () => 'gone',
        ),
      { timeout: 10_000 },
    )
    .toBe('gone')
  await expect
    .poll(
      () => {
        try {
          return process.kill(pid, 0)
        } catch {
          return false
        }
      },
      { timeout: 10_000 },
    )
    .toBe(false)
})
