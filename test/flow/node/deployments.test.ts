/** Deployments from control's side: what is answered is true by then, and a model that brings serving down harms itself alone. */
import { beforeEach, describe, expect, test } from 'vitest'
import { type Child, forkChildren, type StartChild } from '../../../src-main/base/child.ts'
import { readJournal } from '../../../src-main/engine/journal.ts'
import { newVersion, refusalOf } from '../../support/handed-over.ts'
import { endlessModel, linearModel } from '../../support/served-models.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { installUnchecked } from '../../support/unchecked.ts'
import { sourceDirectory, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
let children: Child[] = []
let key: string

/** The node's own, with less patience for a run, and known to the test. */
const startChild: StartChild = (entry) => {
  const child = forkChildren(sourceDirectory, '.ts')(entry)
  if (entry === 'serving') children.push(child)
  return {
    ...child,
    post: (message) => {
      const start = message as { type: string; config?: object }
      child.post(
        start.type === 'start' ? { ...start, config: { ...start.config, runSecondsMax: 1 } } : message,
      )
    },
  }
}

beforeEach(async () => {
  children = []
  outpost = await temporaryNode({ startChild })
  await outpost.client.publishers.rename({ name: 'acme' })
  key = (await outpost.client.keys.create({ name: 'consumer', scopes: ['infer'] })).secret
})

async function ask(
  model: string,
  inputs: unknown,
): Promise<{ status: number; version: string | undefined; code: string | null }> {
  const answer = await outpost.ask(key, `/v1/models/${model}/inference`, { inputs })
  const { version } = (await answer.json()) as { version?: string }
  return { status: answer.status, version, code: answer.headers.get('outpost-error') }
}
const four = [1, 2, 3, 4]

test('a try of a deployed version says how it was named, and who asked', async () => {
  await newVersion(outpost, 'acme.one', linearModel(4, 3))
  const { client } = outpost
  await client.deployments.deploy({ model: 'acme.one', version: '1.0.0' })
  const asked = async (version?: string, from?: 'command-line') => {
    const { id, rule } = await client.playground.infer({ model: 'acme.one', version, inputs: four, from })
    return { rule, consumer: (await client.requests.get({ id })).consumer }
  }
  expect(await asked('latest')).toEqual({ rule: 'alias latest', consumer: 'playground' })
  expect(await asked('1.x')).toEqual({ rule: 'range 1.x', consumer: 'playground' })
  expect(await asked('1.0.0')).toEqual({ rule: 'exact', consumer: 'playground' })
  expect(await asked(undefined, 'command-line')).toEqual({
    rule: 'endpoint default',
    consumer: 'command-line',
  })
})

test('counts say since when: a stop and a restart of serving begin them anew', async () => {
  await newVersion(outpost, 'acme.one', linearModel(4, 3))
  const { client } = outpost
  const row = async () => (await client.deployments.list())[0]
  await client.deployments.deploy({ model: 'acme.one', version: '1.0.0' })
  expect((await ask('acme.one', four)).status).toBe(200)
  await expect.poll(async () => (await row())?.requestsTotal).toBe(1)
  const first = (await row())?.countedSince ?? ''
  expect(first).toMatch(/^\d{4}-/)
  await client.deployments.stop({ endpoint: 'acme.one' })
  await expect.poll(row).toMatchObject({ countedSince: null, requestsTotal: 0 })
  await client.deployments.start({ endpoint: 'acme.one' })
  await expect.poll(async () => ((await row())?.countedSince ?? '') > first).toBe(true)
  const second = (await row())?.countedSince ?? ''
  await client.system.restartServing()
  await expect.poll(async () => ((await row())?.countedSince ?? '') > second).toBe(true)
  expect((await row())?.targets[0]?.countedSince).toBe((await row())?.countedSince)
})

describe('names and versions', () => {
  test('an endpoint is of one model, a model may have two, and what is not there is said', async () => {
    const { deployments } = outpost.client
    await newVersion(outpost, 'acme.one', linearModel(4, 3))
    await newVersion(outpost, 'acme.two', linearModel(4, 3, 5))
    expect(await refusalOf(deployments.deploy({ model: 'acme.none', version: 'latest' }))).toBe(
      'MODEL_NOT_FOUND',
    )
    expect(await refusalOf(deployments.deploy({ model: 'acme.one', version: '9.9.9' }))).toBe(
      'VERSION_NOT_FOUND',
    )
    expect((await deployments.deploy({ model: 'acme.one', version: '1.0.0' })).state).toBe('ready')
    expect(
      (await deployments.deploy({ model: 'acme.one', version: '1.0.0', endpoint: 'second' })).state,
    ).toBe('ready')
    expect(
      await refusalOf(deployments.deploy({ model: 'acme.two', version: '1.0.0', endpoint: 'second' })),
    ).toBe('ENDPOINT_EXISTS')
    expect(await refusalOf(outpost.client.models.remove({ model: 'acme.one', version: '1.0.0' }))).toBe(
      'VERSION_IN_USE',
    )
    await deployments.stop({ endpoint: 'acme.one' })
    expect((await deployments.list()).map(({ endpoint, state }) => [endpoint, state])).toEqual([
      ['acme.one', 'stopped'],
      ['second', 'ready'],
    ])
    await deployments.remove({ endpoint: 'second' })
    expect((await ask('acme.one', four)).code).toBe('ENDPOINT_STOPPED')
    expect((await deployments.start({ endpoint: 'acme.one' })).state).toBe('ready')
    expect((await ask('acme.one', four)).status).toBe(200)
  })

  test('a version that no endpoint serves can be tried, and a deployment of it is something else', async () => {
    await newVersion(outpost, 'acme.one', linearModel(4, 3))
    const tried = await outpost.client.playground.infer({ model: 'acme.one', inputs: four })
    expect(tried).toMatchObject({ endpoint: 'playground', rule: 'try', version: '1.0.0' })
    expect((await ask('acme.one', four)).code).toBe('NOT_DEPLOYED')
    expect(await refusalOf(outpost.client.playground.infer({ model: 'acme.one', inputs: [1] }))).toBe(
      'INPUT_INVALID',
    )
  })

  test('a switch under load drops no request, there and back, and is done when it is answered', async () => {
    for (const [at, version] of ['1.0.0', '1.1.0'].entries())
      await newVersion(outpost, 'acme.one', linearModel(4, 3, at), version)
    await outpost.client.deployments.deploy({ model: 'acme.one', version: '1.0.0' })
    let going = true
    const statuses = new Map<number, number>()
    const client = async () => {
      while (going) {
        const { status } = await ask('acme.one', four)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    const clients = Array.from({ length: 8 }, client)
    for (const version of ['1.1.0', '1.0.0', '1.1.0', '1.0.0', '1.1.0']) {
      await outpost.client.deployments.deploy({ model: 'acme.one', version })
      expect((await ask('acme.one', four)).version).toBe(version)
    }
    going = false
    await Promise.all(clients)
    expect([...statuses.keys()]).toEqual([200])
  })
})

describe('a model that brings serving down', () => {
  const hang = { x: [1], never: false }
  const state = async (endpoint: string) =>
    (await outpost.client.deployments.list()).find((row) => row.endpoint === endpoint)?.state

  beforeEach(async () => {
    await newVersion(outpost, 'acme.good', linearModel(4, 3))
    // The checks would run it and not end: it comes in as packages do whose checks were left out.
    await installUnchecked(outpost, 'slow.endless', endlessModel())
    for (const model of ['acme.good', 'slow.endless'])
      await outpost.client.deployments.deploy({ model, version: '1.0.0' })
  })

  test('one that hangs is set aside at once, the others are served again, and a start gives it another chance', async () => {
    expect((await ask('slow.endless', hang)).code).toBe('MODEL_SET_ASIDE')
    await expect.poll(() => state('slow.endless')).toBe('set-aside')
    await expect
      .poll(async () => (await outpost.client.system.status()).serving.restarts, { timeout: 30_000 })
      .toBe(1)
    await expect.poll(() => state('acme.good'), { timeout: 20_000 }).toBe('ready')
    expect((await ask('acme.good', four)).status).toBe(200)
    expect(await state('slow.endless')).toBe('set-aside')
    expect((await ask('slow.endless', hang)).code).toBe('MODEL_SET_ASIDE')
    expect((await outpost.client.deployments.start({ endpoint: 'slow.endless' })).state).toBe('ready')
    expect(
      (await outpost.client.playground.interface({ model: 'slow.endless', version: '1.0.0' })).inputs,
    ).toHaveLength(2)
  }, 60_000)

  test('one that was running at two crashes is set aside before the third start', async () => {
    for (const crash of [1, 2]) {
      await expect.poll(() => state('slow.endless'), { timeout: 20_000 }).toBe('ready')
      const running = ask('slow.endless', hang).catch(() => null)
      await expect.poll(async () => (await readJournal(outpost.dataDirectory)).length).toBe(1)
      children.at(-1)?.kill()
      await running
      await expect
        .poll(async () => (await outpost.client.system.status()).serving.restarts, { timeout: 10_000 })
        .toBe(crash)
      await expect.poll(() => state('acme.good'), { timeout: 20_000 }).toBe('ready')
    }
    expect(await state('slow.endless')).toBe('set-aside')
    expect((await ask('acme.good', four)).status).toBe(200)
  })
})

test('starts, stops and restarts that meet leave one serving process, and none at the end', async () => {
  const { serving } = outpost.node.context
  await Promise.allSettled([serving.restart(), serving.restart(), serving.restart()])
  expect(serving.state().state).toBe('ready')
  const alive = () => children.filter(({ pid }) => isAlive(pid)).length
  expect(alive()).toBe(1)
  const restarting = serving.restart()
  await outpost.stop()
  await Promise.allSettled([restarting])
  await expect.poll(alive).toBe(0)
})

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

test('two hundred deployments that come and go leave nothing loaded', async () => {
  const { deployments } = outpost.client
  await newVersion(outpost, 'acme.one', linearModel(4, 3))
  const loaded = async (): Promise<number> => (await outpost.client.system.status()).serving.modelBytes
  const rss: number[] = []
  for (let cycle = 0; cycle < 200; cycle++) {
    await deployments.deploy({ model: 'acme.one', version: '1.0.0' })
    await deployments.remove({ endpoint: 'acme.one' })
    if (cycle === 99 || cycle === 199) rss.push((await outpost.client.system.status()).serving.memoryBytes)
  }
  await expect.poll(loaded, { timeout: 5000 }).toBe(0)
  expect((rss[1] ?? 0) - (rss[0] ?? 0)).toBeLessThan(50_000_000)
})
