/** Items 53 to 57: the model repository extension. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { type Ask, answered, type Item, item, linear, refused, row } from './door.ts'

type Entry = Record<'name' | 'version' | 'state' | 'reason', string>
const index = async (ask: Ask, body?: object, path = '/v2/repository/index'): Promise<Entry[]> => {
  const answer = await ask.post(path, body)
  answered(answer)
  return answer.json as unknown as Entry[]
}
const load = (ask: Ask, name: string, body?: object) => ask.post(`/v2/repository/models/${name}/load`, body)
const unload = (ask: Ask, name: string, body?: object) =>
  ask.post(`/v2/repository/models/${name}/unload`, body)
const states = ['UNKNOWN', 'READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING']

export const repositoryItems: Item[] = [
  item(
    53,
    'the index names what is there and in which state; ready leaves the others out',
    [linear],
    async (ask) => {
      const all = await index(ask)
      ok(all.every(({ state }) => states.includes(state)))
      ok(all.some(({ name, state }) => name === linear && state === 'READY'))
      ok((await index(ask, { ready: true })).every(({ state }) => state === 'READY'))
      deepStrictEqual(await index(ask, {}, '/v2/repository/any/index'), await index(ask))
    },
  ),
  item(54, 'load takes an empty body; of one that is loaded it is a reload', [linear], async (ask) => {
    answered(await load(ask, linear))
    answered(await load(ask, linear, { parameters: {} }))
    answered(await ask.infer(linear, { inputs: [row()] }))
    refused(await load(ask, linear, { parameters: { 'file:1/model.onnx': 'AA==' } }), 400)
  }),
  item(55, 'unload is 200, and the model is not ready', ['oip-two'], async (ask) => {
    answered(await unload(ask, 'oip-two', { parameters: { unload_dependents: false } }))
    const { status } = await ask.get('/v2/models/oip-two/ready')
    ok(status >= 400, `status ${status}`)
    ok((await index(ask)).every(({ name, state }) => name !== 'oip-two' || state !== 'READY'))
    answered(await load(ask, 'oip-two'))
  }),
  item(56, 'what cannot be loaded is refused', [], async (ask) => {
    refused(await load(ask, 'oip-nobody'), [400, 403, 404])
    refused(await unload(ask, 'oip-nobody'), [400, 403, 404])
  }),
  item(57, 'what is under way ends where it began', ['oip-slow'], async (ask) => {
    const under = ask.infer('oip-slow', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }],
    })
    const busy = async () => {
      const { json } = await ask.get('/v2/models/oip-slow/ready')
      return json
    }
    await busy() // the request above was sent before this one, over another connection of its own
    const unloaded = unload(ask, 'oip-slow')
    const { status } = await under
    answered(await unloaded)
    // Whichever came first: it is answered, or was refused before it began, and never cut off.
    ok(status === 200 || status === 503 || status === 400, `status ${status}`)
    refused(
      await ask.infer('oip-slow', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] }),
      [400, 503],
    )
    answered(await load(ask, 'oip-slow'))
  }),
]
