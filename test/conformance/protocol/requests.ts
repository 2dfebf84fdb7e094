/** Items 18 to 38: requests, answers, and the status of each refusal. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Ask, answered, type Item, item, linear, outputsOf, refused, row } from './door.ts'

const two = (data: unknown, shape: unknown) => ({ name: 'x', datatype: 'FP32', shape, data })
const scores = async (ask: Ask, request: object): Promise<unknown[]> => {
  const answer = await ask.infer(linear, request)
  answered(answer)
  return outputsOf(answer)[0]?.data ?? []
}

export const requestItems: Item[] = [
  item(18, 'inputs are required, all else is not', [linear], async (ask) => {
    refused(await ask.infer(linear, {}), 400, 'inputs')
    answered(await ask.infer(linear, { inputs: [row()] }))
  }),
  item(19, 'an input has name, shape, datatype and data; no dimension is negative', [linear], async (ask) => {
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3, 4], [-1, 4])] }), 400, 'x')
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3, 4], [1.5, 4])] }), 400, 'x')
    refused(
      await ask.infer(linear, { inputs: [{ shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }] }),
      400,
    )
  }),
  item(20, 'nested and flat data are the same', [linear], async (ask) => {
    const flat = await scores(ask, { inputs: [two([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])] })
    const nested = await scores(ask, {
      inputs: [
        two(
          [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
          ],
          [2, 4],
        ),
      ],
    })
    deepStrictEqual(nested, flat)
  }),
  item(21, 'a batch stands in shape and data', [linear], async (ask) => {
    const one = await scores(ask, { inputs: [row()] })
    const both = await scores(ask, { inputs: [two([1, 2, 3, 4, 1, 2, 3, 4], [2, 4])] })
    deepStrictEqual(both, [...one, ...one])
  }),
  item(22, 'without outputs all are given', [linear], async (ask) => {
    const answer = await ask.infer(linear, { inputs: [row()] })
    deepStrictEqual(
      outputsOf(answer).map(({ name }) => name),
      ['scores'],
    )
  }),
  item(23, 'with outputs those alone; an unknown one is 400', [linear], async (ask) => {
    answered(await ask.infer(linear, { inputs: [row()], outputs: [{ name: 'scores' }] }))
    refused(await ask.infer(linear, { inputs: [row()], outputs: [{ name: 'nothing' }] }), 400, 'nothing')
  }),
  item(24, 'parameters are text, numbers or booleans', [linear], async (ask) => {
    answered(await ask.infer(linear, { inputs: [row()], parameters: { mine: 'yes', n: 1, b: true } }))
    refused(await ask.infer(linear, { inputs: [row()], parameters: { mine: [1] } }), 400, 'mine')
  }),
  item(25, 'too few and too many elements are 400', [linear], async (ask) => {
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3])] }), 400, 'x')
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3, 4, 5])] }), 400, 'x')
  }),
  item(26, 'an unknown, missing, doubled or unfitting input is 400 with its name', [linear], async (ask) => {
    const wrong: [object[], string][] = [
      [[row(), { ...row(), name: 'stranger' }], 'stranger'],
      [[], 'x'],
      [[row(), row()], 'x'],
      [[row([1, 2, 3, 4], [1, 4], 'INT32')], 'x'],
      [[row([1, 2, 3, 4], [4])], 'x'],
      [[row([1, 2, 3], [1, 3])], 'x'],
    ]
    for (const [inputs, name] of wrong) refused(await ask.infer(linear, { inputs }), 400, name)
  }),
  item(27, 'a body that is no JSON object is 400', [linear], async (ask) => {
    const json = { 'content-type': 'application/json' }
    for (const body of ['', '{', '[]', '3', 'null', '"x"', '{"inputs":'])
      refused(await ask.send('POST', `/v2/models/${linear}/infer`, body, json), 400)
  }),
  item(28, 'an answer has model_name and outputs', [linear], async (ask) => {
    const { json } = await ask.infer(linear, { inputs: [row()] })
    ok(json.model_name === linear && Array.isArray(json.outputs))
    const known = ['model_name', 'model_version', 'id', 'parameters', 'outputs']
    deepStrictEqual(
      Object.keys(json).filter((name) => !known.includes(name)),
      [],
    )
  }),
  item(29, 'the id comes back where one was given, as it was', [linear], async (ask) => {
    ok(!('id' in (await ask.infer(linear, { inputs: [row()] })).json))
    deepStrictEqual((await ask.infer(linear, { id: ' ü"1 ', inputs: [row()] })).json.id, ' ü"1 ')
  }),
  item(
    30,
    'an output has name, shape, datatype and data, in the order asked for',
    ['oip-two'],
    async (ask) => {
      const { json } = await ask.get('/v2/models/oip-two')
      const metadata = json as unknown as Record<
        'inputs' | 'outputs',
        Array<{ name: string; shape: number[] }>
      >
      const inputs = metadata.inputs.map(({ name, shape }) => {
        const sizes = shape.map((size) => (size === -1 ? 1 : size))
        const data = new Array(sizes.reduce((product, size) => product * size, 1)).fill(1)
        return { name, datatype: 'FP32', shape: sizes, data }
      })
      const order = metadata.outputs.map(({ name }) => ({ name })).reverse()
      const answer = await ask.infer('oip-two', { inputs, outputs: order })
      answered(answer)
      deepStrictEqual(
        outputsOf(answer).map(({ name }) => ({ name })),
        order,
      )
      for (const output of outputsOf(answer))
        for (const field of ['name', 'shape', 'datatype', 'data']) ok(field in output, `${field} is missing`)
    },
  ),
  item(31, 'JSON is application/json', [linear], async (ask) => {
    const { headers } = await ask.infer(linear, { inputs: [row()] })
    ok(headers.get('content-type')?.startsWith('application/json'), `${headers.get('content-type')}`)
  }),
  item(32, 'every refusal is {"error": text}', [linear], async (ask) => {
    refused(await ask.get('/v2/models/oip-nobody'), 404)
    refused(await ask.infer(linear, {}), 400)
    refused(await ask.get('/v2/nowhere'), 404)
  }),
  item(33, 'an unknown model is 404', [], async (ask) =>
    refused(await ask.infer('oip-nobody', { inputs: [row()] }), 404, 'oip-nobody'),
  ),
  item(34, 'an unknown version is 404', [linear], async (ask) =>
    refused(await ask.post(`/v2/models/${linear}/versions/987.0.0/infer`, { inputs: [row()] }), 404, '987'),
  ),
  item(35, 'a model that is not loaded is 400 or 503', ['oip-two'], async (ask) => {
    answered(await ask.post('/v2/repository/models/oip-two/unload', undefined))
    try {
      refused(await ask.infer('oip-two', { inputs: [row()] }), [400, 503])
    } finally {
      answered(await ask.post('/v2/repository/models/oip-two/load', undefined))
    }
  }),
  item(36, 'a full queue is 503 with Retry-After', ['oip-slow'], async (ask) => {
    const one = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] }
    const asked = Array.from({ length: 200 }, () => ask.infer('oip-slow', one))
    const answers = await Promise.all(asked)
    const full = answers.filter(({ status }) => status !== 200)
    ok(full.length > 0, 'none of 200 was refused: the fixture wants a queue of a few')
    for (const answer of full) {
      refused(answer, 503)
      ok(Number(answer.headers.get('retry-after')) > 0, 'Retry-After is missing')
    }
  }),
  item(37, 'a body over the limit is 413 or 400', [linear], async (ask) => {
    const status = await announced(ask, `/v2/models/${linear}/infer`, 2 ** 40)
    ok(status === 413 || status === 400, `status ${status}`)
  }),
  item(38, 'what a key may not do is 401 or 403, with a code for programs', [linear], async (ask) => {
    const answer = await ask.send('POST', `/v2/models/${linear}/infer`, '{}', {
      authorization: 'Bearer nobody',
    })
    refused(answer, [401, 403])
    ok(answer.headers.get('outpost-error') !== null, 'no code in a header')
  }),
]

/** The status of a request that says how long its body is, and sends none of it. */
function announced({ door }: Ask, path: string, bytes: number): Promise<number> {
  const url = new URL(path, door.url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const authorization = door.key === null ? {} : { authorization: `Bearer ${door.key}` }
    const headers = { ...authorization, 'content-type': 'application/json', 'content-length': bytes }
    const request = send(url, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    request.on('error', reject)
    request.flushHeaders()
  })
}
