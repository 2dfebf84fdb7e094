/**
 * What a license asks to be shown, and what it refuses, in each protocol: the attribution comes with every answer, and
 * a refusal names its code, the clause in words and the way out, wherever a client of that protocol looks.
 */
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LicensePayload } from '../../src-main/contract/license/documents.ts'
import { type GrpcAnswer, type GrpcClient, grpcClient } from '../support/grpc-client.ts'
import { nowSeconds, termsOf, testIssuer } from '../support/licenses.ts'
import { linearGraph, linearModel, spelledNumberModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'
import { storeLicense, trustIssuer } from '../support/stored-licenses.ts'

let node: ServingNode
let serving: ServingProcess
let client: GrpcClient
let key: string
const issuer = testIssuer('acme')
const attribution = 'Made by Acme, München.'
const quota = (max: number | null) => ({ unit: 'request', max, onExceed: 'deny', overageMax: null }) as const
const old = { iat: nowSeconds() - 9_000_000, nbf: nowSeconds() - 9_000_000, exp: nowSeconds() - 8_000_000 }
const paid = { kind: 'per-request', creditsPerRequest: 5, prepaid: true } as const

/** What stands in the name of the model: shown, used up, expired, not paid for; and what each protocol must say. */
const licenses: Record<string, Partial<LicensePayload>> = {
  shown: { terms: termsOf('DEVELOPER', { attribution, quota: quota(null) }) },
  full: { terms: termsOf('DEVELOPER', { quota: quota(0) }) },
  old: { ...old, terms: termsOf('DEVELOPER', { graceDays: 1 }) },
  unpaid: { terms: termsOf('PROFESSIONAL', { price: paid }) },
}
const refusals = [
  ['full', 429, 'QUOTA_EXCEEDED', '0 requests a month', 'The next month begins'],
  ['old', 403, 'LIC_EXPIRED', '1 day of grace', 'Renew it'],
  ['unpaid', 402, 'CREDITS_INSUFFICIENT', '5 credits a request', 'Ask "acme"'],
  ['none', 403, 'LIC_NONE', 'the work of another publisher', 'Make a request'],
] as const
const grpcStatus: Record<number, status> = {
  402: status.RESOURCE_EXHAUSTED,
  403: status.PERMISSION_DENIED,
  429: status.RESOURCE_EXHAUSTED,
}

beforeAll(async () => {
  node = await createServingNode()
  trustIssuer(node.db, issuer)
  const text = {
    inputs: [{ kind: 'text', tensor: 'text', charsMax: 20 }],
    outputs: [{ kind: 'embedding', tensor: 'vector' }],
  } as never
  for (const name of [...Object.keys(licenses), 'none']) {
    const linear = { onnx: linearModel(4, 3), graph: linearGraph(4, 3) }
    const words = { onnx: spelledNumberModel(), descriptor: text }
    for (const [model, files] of [
      [`acme.${name}`, linear],
      [`acme.${name}-words`, words],
    ] as const) {
      const publisher = { name: issuer.name, fingerprint: issuer.kid }
      node.deploy(model, model, await node.register({ model, version: '1.0.0', publisher, ...files }))
      if (licenses[name])
        storeLicense(node.db, issuer, { ...licenses[name], model: { id: model, range: '*' } })
    }
  }
  key = node.createKey(['infer']).secret
  serving = await node.start({ grpc: { port: 0, portFixed: false } })
  client = grpcClient(serving.grpcAddress, key)
}, 60_000)
afterAll(async () => {
  client.close()
  await node.remove()
})

const v2 = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] }
const ask = (path: string, body: unknown) => serving.call(path, body, key)
const infer = (name: string) => ask(`/v2/models/acme.${name}/infer`, v2)
const predict = (name: string) => ask(`/v1/models/acme.${name}/inference`, { inputs: { x: [[1, 2, 3, 4]] } })
const embed = (name: string) => ask('/v1/embeddings', { model: `acme.${name}-words`, input: '12' })
const grpcInfer = (name: string) => ({
  model_name: `acme.${name}`,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
})

async function line(name: string) {
  const answer = await fetch(`${serving.url}/v1/models/acme.${name}/inference`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body: `${JSON.stringify({ inputs: { x: [[1, 2, 3, 4]] } })}\n`,
  })
  return JSON.parse(await answer.text()) as { status: number; attribution?: string; error?: unknown }
}

const streamed = (name: string) =>
  new Promise<{ error_message: string; infer_response: GrpcAnswer | null }>((resolve, reject) => {
    const stream = client.stream()
    stream.on('data', resolve)
    stream.on('error', reject)
    stream.write(grpcInfer(name))
    stream.end()
  })

test('the attribution comes with every answer, in each protocol', async () => {
  const header = encodeURI(attribution).replaceAll('%20', ' ')
  const answers = { v2: await infer('shown'), v1: await predict('shown'), embeddings: await embed('shown') }
  for (const [what, { status: code, headers }] of Object.entries(answers))
    expect([what, code, headers.get('outpost-attribution')]).toEqual([what, 200, header])
  expect(answers.v2.body).toMatchObject({ parameters: { attribution } })
  expect(answers.v1.body).toMatchObject({ attribution })
  expect(answers.embeddings.body).toMatchObject({ attribution })
  expect(await line('shown')).toMatchObject({ status: 200, attribution })

  const unary = await client.call('ModelInfer', grpcInfer('shown'))
  const parameters = { attribution: { string_param: attribution } }
  expect(unary).toMatchObject({ code: status.OK, value: { parameters } })
  expect(unary.before['outpost-attribution']).toBe(header)
  expect((await streamed('shown')).infer_response).toMatchObject({ parameters })
})

describe.each(refusals)('%s', (name, code, error, clause, remedy) => {
  const inWords = { code: error, hint: expect.stringContaining(remedy) as string }

  test('by /v1, alone and as a line of NDJSON: code, words, hint, and the clause by itself', async () => {
    const found = await predict(name)
    expect([found.status, found.headers.get('outpost-error')]).toEqual([code, error])
    const told = {
      ...inWords,
      message: expect.stringContaining(clause) as string,
      details: { clause: expect.stringContaining(clause), remedy: expect.stringContaining(remedy) },
    }
    expect((found.body as { error: unknown }).error).toMatchObject(told)
    expect(await line(name)).toMatchObject({ index: 0, status: code, error: told })
  })

  test('by the Open Inference Protocol, whose error is one text', async () => {
    const found = await infer(name)
    expect([found.status, found.headers.get('outpost-error')]).toEqual([code, error])
    const text = (found.body as { error: string }).error
    for (const part of [error, clause, remedy]) expect(text).toContain(part)
  })

  test('by /v1/embeddings, as clients of OpenAI’s API read it', async () => {
    const found = await embed(name)
    expect([found.status, found.headers.get('outpost-error')]).toEqual([code, error])
    const { message } = (found.body as { error: { message: string } }).error
    for (const part of [error, clause, remedy]) expect(message).toContain(part)
  })

  test('by gRPC, in the status and in a stream', async () => {
    const { code: ended, details, behind } = await client.call('ModelInfer', grpcInfer(name))
    expect([ended, behind['outpost-error']]).toEqual([grpcStatus[code], error])
    for (const part of [error, clause, remedy]) expect(details).toContain(part)
    const { error_message: text, infer_response: answer } = await streamed(name)
    for (const part of [error, clause, remedy]) expect(text).toContain(part)
    expect(answer).toMatchObject({ parameters: { 'outpost-error': { string_param: error } } })
  })
})
