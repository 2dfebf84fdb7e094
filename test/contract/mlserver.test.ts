/**
 * Another server of the protocol as a remote engine: MLServer (Python) with a model of NumPy's, where OUTPOST_MLSERVER
 * names its program. It takes tensors as JSON alone, keeps what its operator wrote down of them, and echoes types.
 */
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TensorData } from '../../src-main/base/tensors.ts'
import type { Datatype } from '../../src-main/contract/tensor.ts'
import { createRemoteClient } from '../../src-main/engine/remote/remote-client.ts'
import { bodyOf, outputsOf } from '../../src-main/serving/remote/remote-run.ts'
import { freePort } from '../support/free-port.ts'
import { remoteBody, remotePath, serveRemotely } from '../support/remote-engine.ts'
import { sharedFolder } from '../support/temporary-folder.ts'
import { temporaryServingNode } from '../support/temporary-node.ts'

const program = process.env.OUTPOST_MLSERVER
const models = `
import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse, ResponseOutput

class Linear(MLModel):
    async def predict(self, payload):
        x = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        y = (x @ np.ones((4, 3), dtype=np.float32)).astype(np.float32)
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("scores", y)])

class Echo(MLModel):
    async def predict(self, payload):
        given = payload.inputs[0]
        output = ResponseOutput(name="y", shape=given.shape, datatype=given.datatype, data=given.data)
        return InferenceResponse(model_name=self.name, outputs=[output])
`
const settings = {
  linear: {
    implementation: 'models.Linear',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }],
  },
  echo: { implementation: 'models.Echo' },
}

const folder = sharedFolder()
let url: string
let stop = async () => undefined as unknown

beforeAll(async () => {
  if (!program) return
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
  const ports = { http_port: http, grpc_port: grpc, metrics_port: metrics }
  await writeFile(
    join(folder, 'settings.json'),
    JSON.stringify({ ...ports, host: '127.0.0.1', parallel_workers: 0 }),
  )
  for (const [name, more] of Object.entries(settings)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'models.py'), models)
    await writeFile(join(folder, name, 'model-settings.json'), JSON.stringify({ name, ...more }))
  }
  const child = spawn(program, ['start', folder], { stdio: 'ignore' })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  stop = () => {
    child.kill()
    return gone
  }
  url = `http://127.0.0.1:${http}`
  const ready = () => fetch(`${url}/v2/models/echo/ready`).then(({ ok }) => ok)
  while (!(await ready().catch(() => false))) await new Promise((next) => setTimeout(next, 200))
}, 120_000)
afterAll(() => stop())

test('an endpoint answers by it, many at a time', async ({ skip }) => {
  if (!program) skip('OUTPOST_MLSERVER names no program')
  const node = await temporaryServingNode()
  await serveRemotely(node, url, { model: 'linear', timeoutMs: 10_000 })
  const { secret } = node.createKey()
  const serving = await node.start()
  const ask = () => serving.call(remotePath, remoteBody, secret)
  const answers = await Promise.all(Array.from({ length: 100 }, ask))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(answers[0]?.body).toMatchObject({
    outputs: [{ scores: { shape: [1, 3], data: [10, 10, 10] } }],
    executionProvider: 'remote:box',
  })
}, 60_000)

test.for<[Datatype, TensorData]>([
  ['BOOL', Uint8Array.of(1, 0)],
  ['INT8', Int8Array.of(-128, 127)],
  ['UINT32', Uint32Array.of(1, 4_294_967_295)],
  ['INT64', BigInt64Array.of(-9_223_372_036_854_775_808n, 9_007_199_254_740_993n)],
  ['UINT64', BigUint64Array.of(0n, 18_446_744_073_709_551_615n)],
  ['FP16', Uint16Array.of(0x3c00, 0x4000)],
  ['FP32', Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY)],
  ['FP64', Float64Array.of(Math.PI, 1e300)],
  ['BYTES', ['', 'grüße']],
])('%s comes back as it went', async ([datatype, data], { skip }) => {
  if (!program) skip('OUTPOST_MLSERVER names no program')
  const client = createRemoteClient({ url, model: 'echo', modelVersion: null, token: null })
  const signal = AbortSignal.timeout(10_000)
  expect(await client.model(signal)).toEqual({ inputs: [], outputs: [] }) // nobody wrote them down
  const body = bodyOf([{ name: 'x', datatype, shape: [1, 2], data }], ['y'], false)
  const [output] = outputsOf(
    await client.infer(body, signal),
    ['y'],
    [{ name: 'y', datatype, shape: [-1, 2] }],
  )
  expect(output?.data).toEqual(data)
})
