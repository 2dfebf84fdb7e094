/**
 * A client of the inference service in a process of its own: so many rounds of every way to ask, all at once. It says
 * how many units were answered, and which codes it was refused with.
 */
import { randomUUID } from 'node:crypto'
import { grpcClient } from '../support/grpc-client.ts'

const [url = '', grpc = '', key = '', rounds = '0'] = process.argv.slice(2)
const values = Array.from({ length: 10 }, () => 1)
const codes: Record<string, number> = {}
const refused = (code: string): 0 => {
  codes[code] = (codes[code] ?? 0) + 1
  return 0
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body,
  })
}
async function one(path: string, body: object, headers: Record<string, string> = {}): Promise<number> {
  const answer = await post(path, JSON.stringify(body), headers)
  await answer.arrayBuffer()
  return answer.status === 200 ? 1 : refused(String(answer.status))
}
const predict = (headers?: Record<string, string>) =>
  one('/v1/models/acme.cells/inference', { inputs: values }, headers)
const tensor = { name: 'measurements', datatype: 'FP32', shape: [1, 10] }
const infer = () => one('/v2/models/acme.cells/infer', { inputs: [{ ...tensor, data: values }] })

/** Sent three times at once under one key: answered or not, it is one unit at most. */
async function repeated(): Promise<number> {
  const headers = { 'idempotency-key': randomUUID() }
  const answers = await Promise.all([predict(headers), predict(headers), predict(headers)])
  return Math.max(...answers)
}

async function lines(): Promise<number> {
  const line = `${JSON.stringify({ inputs: values })}\n`
  const type = 'application/x-ndjson'
  const answer = await post('/v1/models/acme.cells/inference', line.repeat(5), {
    'content-type': type,
    accept: type,
  })
  if (answer.status !== 200) return refused(String(answer.status))
  const answered = (await answer.text()).trim().split('\n')
  const ends = answered.map((text) => (JSON.parse(text) as { error?: { code: string } }).error?.code)
  for (const code of ends) if (code !== undefined) refused(code)
  return ends.filter((code) => code === undefined).length
}

/** What the model cannot answer is given back. */
async function broken(): Promise<number> {
  const answer = await post('/v1/models/acme.cells/inference', JSON.stringify({ inputs: [1, 2] }))
  await answer.arrayBuffer()
  if (answer.status === 200) throw new Error('a body that is wrong was answered')
  return 0
}

const channel = grpcClient(grpc, key)
async function called(): Promise<number> {
  const { code } = await channel.call('ModelInfer', {
    model_name: 'acme.cells',
    inputs: [{ ...tensor, contents: { fp32_contents: values } }],
  })
  return code === 0 ? 1 : refused(`grpc ${code}`)
}

const ways = [predict, infer, repeated, lines, broken, called]
const units = await Promise.all(
  Array.from({ length: Number(rounds) }, () => ways)
    .flat()
    .map((way) => way()),
)
console.log(JSON.stringify({ units: units.reduce((sum, count) => sum + count, 0), codes }))
process.exit()
