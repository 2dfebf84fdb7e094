/** Items 1 to 17: what can be asked, and how. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { answered, type Item, item, linear, refused, row } from './door.ts'

const versionOf = async (ask: Parameters<Item['check']>[0]): Promise<string> => {
  const { json } = await ask.get(`/v2/models/${linear}`)
  return (json.versions as unknown as string[])[0] ?? ''
}

export const endpointItems: Item[] = [
  item(1, 'live is 200, with {"live": true} or nothing', [], async (ask) => {
    const answer = await ask.get('/v2/health/live', null)
    answered(answer)
    if (answer.bytes.byteLength > 0) deepStrictEqual(answer.json, { live: true })
  }),
  item(2, 'ready is 200, with {"ready": true} or nothing', [], async (ask) => {
    const answer = await ask.get('/v2/health/ready', null)
    answered(answer)
    if (answer.bytes.byteLength > 0) deepStrictEqual(answer.json, { ready: true })
  }),
  item(3, 'what is not ready is told by 400 or more', [], async (ask) => {
    const { status } = await ask.get('/v2/models/oip-nobody/ready')
    ok(status >= 400 && status < 500, `status ${status}`)
  }),
  item(4, 'a model is ready, by its name', [linear], async (ask) => {
    const answer = await ask.get(`/v2/models/${linear}/ready`)
    answered(answer)
    if (answer.bytes.byteLength > 0) deepStrictEqual(answer.json, { name: linear, ready: true })
  }),
  item(5, 'a version is ready', [linear], async (ask) => {
    const version = encodeURIComponent(await versionOf(ask))
    answered(await ask.get(`/v2/models/${linear}/versions/${version}/ready`))
  }),
  item(6, '/v2 and /v2/ tell name, version and extensions', [], async (ask) => {
    const { json } = await ask.get('/v2', null)
    deepStrictEqual(Object.keys(json).sort(), ['extensions', 'name', 'version'])
    deepStrictEqual((await ask.get('/v2/', null)).json, json)
  }),
  item(7, 'an extension is named where it is there, and only there', [], async (ask) => {
    const { json } = await ask.get('/v2', null)
    const named = new Set(json.extensions as unknown as string[])
    const paths = { statistics: '/v2/models/stats', trace: '/v2/trace/setting', logging: '/v2/logging' }
    for (const [name, path] of Object.entries(paths)) {
      const { status } = await ask.get(path)
      ok(
        named.has(name) === (status === 200),
        `${name} is ${named.has(name) ? '' : 'not '}named, ${path} is ${status}`,
      )
    }
  }),
  item(8, 'a model tells name, versions, platform, inputs and outputs', [linear], async (ask) => {
    const { json } = await ask.get(`/v2/models/${linear}`)
    for (const field of ['name', 'versions', 'platform', 'inputs', 'outputs'])
      ok(field in json, `${field} is missing`)
    ok(json.name === linear)
  }),
  item(9, 'so does a version of it', [linear], async (ask) => {
    const version = encodeURIComponent(await versionOf(ask))
    const one = await ask.get(`/v2/models/${linear}/versions/${version}`)
    deepStrictEqual(one.json, (await ask.get(`/v2/models/${linear}`)).json)
  }),
  item(10, 'a tensor is told by name, datatype and shape, -1 where it varies', [linear], async (ask) => {
    const { json } = await ask.get(`/v2/models/${linear}`)
    deepStrictEqual(json.inputs, [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }])
    deepStrictEqual(json.outputs, [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }])
  }),
  item(11, 'the platform of ONNX is onnx_onnxv1 (or Triton’s onnxruntime_onnx)', [linear], async (ask) => {
    const { json } = await ask.get(`/v2/models/${linear}`)
    ok(['onnx_onnxv1', 'onnxruntime_onnx'].includes(json.platform as unknown as string), `${json.platform}`)
  }),
  item(12, 'a model infers', [linear], async (ask) => answered(await ask.infer(linear, { inputs: [row()] }))),
  item(13, 'a version infers', [linear], async (ask) => {
    const version = encodeURIComponent(await versionOf(ask))
    answered(await ask.post(`/v2/models/${linear}/versions/${version}/infer`, { inputs: [row()] }))
  }),
  item(14, 'another method is 405', [linear], async (ask) => {
    refused(await ask.get(`/v2/models/${linear}/infer`), 405)
    refused(await ask.post('/v2/health/live', {}), 405)
  }),
  item(15, 'another path is 404', [], async (ask) => refused(await ask.get('/v2/elsewhere'), 404)),
  item(16, 'names and versions in the path are percent-decoded', [linear], async (ask) => {
    answered(await ask.get(`/v2/models/${linear.replace('-', '%2D')}/ready`))
    refused(await ask.get('/v2/models/a%2Fb'), 404)
  }),
  item(17, 'without a version the server chooses, and says which', [linear], async (ask) => {
    const { json } = await ask.infer(linear, { inputs: [row()] })
    deepStrictEqual([json.model_name, json.model_version], [linear, await versionOf(ask)])
  }),
]
