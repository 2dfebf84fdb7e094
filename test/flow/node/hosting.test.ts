/** What an operator sees and sets of a deployment's hosting, through a whole node. */
import { beforeEach, expect, test } from 'vitest'
import { newVersion } from '../../support/handed-over.ts'
import { onnxModel } from '../../support/onnx-writer.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeEach(async () => {
  outpost = await temporaryNode()
  await outpost.client.publishers.rename({ name: 'acme' })
  await newVersion(outpost, 'acme.linear', linearModel(4, 3))
  await outpost.client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
})

test('settings are changed one by one, and hold at once', async () => {
  const { setHosting } = outpost.client.deployments
  await setHosting({ endpoint: 'acme.linear', settings: { maxBatchSize: 8, pinned: true } })
  const row = await setHosting({ endpoint: 'acme.linear', settings: { intraOpThreads: 2 } })
  expect(row.settings).toMatchObject({ maxBatchSize: 8, pinned: true, intraOpThreads: 2, replicasMax: 1 })
  expect(row).toMatchObject({
    state: 'ready',
    hosting: { replicas: 1, intraOpThreads: 2, batchRowsMax: 8, spinning: false },
  })
})

test('a device is changed where it stands, and kept with the other settings', async () => {
  const { setHosting, list } = outpost.client.deployments
  const settings = { executionProvider: 'cpu' as const, maxBatchSize: 4 }
  const row = await setHosting({ endpoint: 'acme.linear', settings })
  expect(row).toMatchObject({ state: 'ready', executionProvider: { requested: 'cpu', used: 'cpu' } })
  const gone = setHosting({ endpoint: 'acme.linear', settings: { executionProvider: 'remote:nobody' } })
  await expect(gone).rejects.toMatchObject({ code: 'REMOTE_NOT_FOUND' })
  expect((await list())[0]?.settings).toMatchObject(settings)
})

test('threads are measured again, beside what serves, unless a person set them', async () => {
  const { setHosting, tune } = outpost.client.deployments
  const endpoint = 'acme.linear'
  const measuredAt = () => {
    const { db } = outpost.node.context
    return db
      .prepare<[], { at: string }>('select measured_at as at from tunings')
      .all()
      .map(({ at }) => at)
  }
  await expect.poll(() => measuredAt().length).toBe(1)
  const [before = ''] = measuredAt()
  const row = await tune({ endpoint })
  expect(row).toMatchObject({ state: 'ready', hosting: { replicas: 1, tunedP99Ms: expect.any(Number) } })
  await expect.poll(() => measuredAt().filter((at) => at > before).length).toBe(1)
  await setHosting({ endpoint, settings: { intraOpThreads: 1 } })
  await expect(tune({ endpoint })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('the memory for models is a setting that holds at once and after a restart of serving', async () => {
  const { modelMemory, setModelMemory, restartServing } = outpost.client.system
  const before = await modelMemory()
  expect(before).toMatchObject({ setting: null, option: null, bytes: before.machineBytes / 2 })
  const bytes = 10_000_000
  expect(await setModelMemory({ bytes })).toMatchObject({ setting: bytes, bytes })
  const large = onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', dims: [3000, 1000], raw: Buffer.alloc(12_000_000) }],
    inputs: [{ name: 'x', shape: ['batch', 3000] }],
    outputs: [{ name: 'y', shape: ['batch', 1000] }],
  })
  await newVersion(outpost, 'acme.large', large)
  const deploy = () => outpost.client.deployments.deploy({ model: 'acme.large', version: '1.0.0' })
  expect(await deploy()).toMatchObject({ state: 'failed', failure: { code: 'MODEL_TOO_LARGE' } })
  await restartServing()
  expect(await deploy()).toMatchObject({ failure: { code: 'MODEL_TOO_LARGE' } })
  await setModelMemory({ bytes: null })
  expect(await deploy()).toMatchObject({ state: 'ready', failure: null })
})

test('the devices are those that a run in the serving process has proven', async () => {
  const devices = await outpost.client.system.devices()
  expect(devices.find(({ executionProvider }) => executionProvider === 'cpu')).toMatchObject({ works: true })
  expect(devices.filter(({ works, reason }) => !works && reason === '')).toEqual([])
})
