/**
 * Alerts and webhooks of a whole node: requests over the door, rules looked at in serving, a receiver on node:http
 * whose messages are verified by the formula of Standard Webhooks.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { limits } from '../../../src-main/contract/limits.ts'
import { createAlertIntake } from '../../../src-main/flows/alerts/alert-intake.ts'
import { noteAlert } from '../../../src-main/flows/alerts/alerts.ts'
import { deleteResolvedAlerts } from '../../../src-main/store/tables/alerts.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

const fields = 'samples.breast-cancer'

interface Received {
  headers: IncomingHttpHeaders
  body: string
}

async function startReceiver(answer: (count: number) => number = () => 204) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(answer(received.length)).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook`, received }
}

async function until<Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await pause(200)
  }
}

async function withSamples(): Promise<WholeNode> {
  const whole = await temporaryNode()
  const { jobId } = await whole.client.system.installSamples()
  await whole.ended(jobId)
  return whole
}

async function ask(whole: WholeNode, inputs: unknown): Promise<void> {
  await whole.client.playground.infer({ model: fields, inputs })
}

/** Rows like those of the suite, times a factor. */
async function rowsOf(whole: WholeNode, factor: number): Promise<number[][]> {
  const { examples } = await whole.client.models.version({ model: fields, version: 'latest' })
  const [[tensor, row] = ['', []]] = Object.entries(examples[0]?.inputs ?? {})
  expect(tensor).not.toBe('')
  return Array.from({ length: 8 }, (_, at) =>
    (row as number[]).map((value) => value * factor * (1 + at / 100)),
  )
}

const signatureOf = (secret: string, { headers, body }: Received): string => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

test.each(['http://169.254.169.254/hook', 'http://[fd00:ec2::254]/hook'])(
  'no webhook is sent to %s, where a cloud keeps secrets',
  async (url) => {
    const whole = await temporaryNode()
    await expect(whole.client.webhooks.add({ url })).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS' })
    expect(await whole.client.webhooks.list()).toEqual([])
  },
)

test('inputs that are not like the suite fire an alert, and a webhook is told of its begin and its end', async () => {
  const receiver = await startReceiver()
  const whole = await withSamples()
  const { webhook, secret } = await whole.client.webhooks.add({ url: receiver.url })
  await whole.client.webhooks.test({ id: webhook.id })
  expect(JSON.parse(receiver.received[0]?.body ?? '{}')).toMatchObject({ type: 'webhook.test' })

  const rule = await whole.client.alerts.addRule({
    metric: 'psi',
    threshold: 0.25,
    windowSeconds: 600,
    countMin: 40,
  })
  const odd = await rowsOf(whole, 3)
  for (let asked = 0; asked < 30; asked++) {
    await ask(whole, odd)
    await pause(25)
  }
  const alert = await until(async () => (await whole.client.alerts.list())[0])
  expect(alert).toMatchObject({ ruleId: rule.id, endpoint: fields, metric: 'psi', state: 'firing' })
  expect(alert.value).toBeGreaterThan(0.25)
  expect((await whole.client.system.status()).counts.alerts).toBe(1)

  const drift = await until(async () =>
    (await whole.client.alerts.drift({ model: fields })).find(({ features }) => features.length > 0),
  )
  expect(drift).toMatchObject({ endpoint: fields, reference: 'ready' })
  expect(drift.cases).toBeGreaterThan(100)
  expect(drift.features[0]?.psi).toBeGreaterThan(0.25)
  const { secret: reader } = await whole.client.keys.create({
    name: 'prometheus',
    scopes: ['read', 'infer'],
  })
  const metrics = await fetch(`${whole.node.addresses().servingUrl}/metrics`, {
    headers: { authorization: `Bearer ${reader}` },
  })
  const text = await metrics.text()
  expect(text).toMatch(/outpost_drift_psi\{endpoint="samples\.breast-cancer".*\} \d/)
  const counted = (name: string) =>
    Number(
      new RegExp(`^nv_inference_${name}\\{model="samples\\.breast-cancer".*\\} (\\d+)`, 'm').exec(text)?.[1],
    )
  expect(counted('request_success')).toBeGreaterThan(0)
  expect(counted('count')).toBe(8 * counted('request_success')) // the suite's cases are nobody's requests

  const told = await until(() => receiver.received[1])
  const content = JSON.parse(told.body)
  expect(content).toMatchObject({ type: 'alert.firing', data: { endpoint: fields, metric: 'psi' } })
  expect(told.headers['webhook-signature']).toBe(signatureOf(secret, told))
  expect(told.body).not.toContain('inputs')

  await whole.client.alerts.removeRule({ id: rule.id })
  const ended = await until(() => receiver.received[2])
  expect(JSON.parse(ended.body)).toMatchObject({ type: 'alert.resolved', data: { id: content.data.id } })
  expect((await whole.client.alerts.list())[0]?.state).toBe('resolved')

  await whole.client.deployments.stop({ endpoint: fields })
  await until(async () => (await whole.client.alerts.drift({})).length === 0 || undefined)
})

const found = (state: 'firing' | 'resolved', ruleId: string, version = '1.0.0') => ({
  type: 'alert' as const,
  ruleId,
  endpoint: fields,
  model: fields,
  version,
  metric: 'error-rate' as const,
  threshold: 0.05,
  value: 0.5,
  message: 'Half of them failed.',
  state,
})

test('an alert that could not be stored is stored when it can be, and told then, in order', async () => {
  const whole = await temporaryNode({ serving: null })
  const receiver = await startReceiver()
  const { context } = whole.node
  const intake = createAlertIntake(() => context)
  onTestFinished(intake.stop)
  await whole.client.webhooks.add({ url: receiver.url })
  const { id } = await whole.client.alerts.addRule({ metric: 'error-rate', threshold: 0.05 })
  context.db.exec(
    `create temp trigger full before insert on main.alerts begin select raise(abort, 'disk full'); end`,
  )
  intake.note(found('firing', id))
  intake.note(found('firing', id, '1.1.0'))
  intake.note(found('resolved', id))
  expect(await whole.client.alerts.list()).toEqual([])
  context.db.exec('drop trigger full')
  const [first, second, third] = await until(() =>
    receiver.received.length === 3 ? receiver.received.map(({ body }) => JSON.parse(body)) : undefined,
  )
  expect(first).toMatchObject({ type: 'alert.firing', data: { version: '1.0.0' } })
  expect(second).toMatchObject({ type: 'alert.firing', data: { version: '1.1.0' } })
  expect(third).toMatchObject({ type: 'alert.resolved', data: { id: first.data.id } })
  expect((await whole.client.alerts.list()).map(({ state }) => state)).toEqual(['firing', 'resolved'])
})

test('a webhook that takes its time holds up no other', async () => {
  const whole = await temporaryNode({ serving: null })
  const quick = await startReceiver()
  const slow = createServer(() => undefined).listen(0, '127.0.0.1') // takes requests and answers none
  await once(slow, 'listening')
  onTestFinished(async () => {
    slow.closeAllConnections()
    slow.close()
  })
  const { port } = slow.address() as AddressInfo
  await whole.client.webhooks.add({ url: `http://127.0.0.1:${port}/slow` })
  await whole.client.webhooks.add({ url: quick.url })
  const { id } = await whole.client.alerts.addRule({ metric: 'error-rate', threshold: 0.05 })
  for (const version of ['1.0.0', '2.0.0', '3.0.0'])
    noteAlert(whole.node.context, found('firing', id, version), new Date().toISOString())
  await until(() => (quick.received.length === 3 ? true : undefined))
  const rows = await until(async () => {
    const all = await whole.client.webhooks.list()
    return all.some(({ waiting }) => waiting === 0) ? all : undefined
  })
  expect(rows.map(({ waiting, lastError }) => [waiting, lastError])).toEqual([
    [3, null], // its first message is still on its way
    [0, null],
  ])
})

test('alerts that ended are forgotten by age and by number, and those that fire stay', async () => {
  const whole = await temporaryNode({ serving: null })
  const { context } = whole.node
  const { id } = await whole.client.alerts.addRule({ metric: 'error-rate', threshold: 0.05 })
  const old = new Date(Date.now() - (limits.alertDaysMax + 1) * 86_400_000).toISOString()
  noteAlert(context, found('firing', id), old)
  noteAlert(context, found('resolved', id), old)
  expect((await whole.client.alerts.list()).map(({ version }) => version)).toEqual(['1.0.0'])
  noteAlert(context, found('firing', id, '0.1.0'), old)
  noteAlert(context, found('firing', id, '2.0.0'), new Date().toISOString())
  expect((await whole.client.alerts.list()).map(({ version }) => version)).toEqual(['2.0.0', '0.1.0'])
  for (const version of ['3.0.0', '4.0.0', '5.0.0']) {
    noteAlert(context, found('firing', id, version), new Date().toISOString())
    noteAlert(context, found('resolved', id, version), new Date().toISOString())
  }
  deleteResolvedAlerts(context.db, old, 2)
  expect((await whole.client.alerts.list()).map(({ version }) => version).sort()).toEqual([
    '0.1.0',
    '2.0.0',
    '4.0.0',
    '5.0.0',
  ])
})

test('a message that was not taken is delivered after a restart, with the same id', async () => {
  const receiver = await startReceiver((count) => (count === 1 ? 500 : 204))
  const first = await withSamples()
  const { dataDirectory } = first
  await first.client.webhooks.add({ url: receiver.url })
  await first.client.alerts.addRule({
    metric: 'latency-p95',
    threshold: 0,
    windowSeconds: 600,
    countMin: 5,
  })
  const rows = await rowsOf(first, 1)
  for (let asked = 0; asked < 6; asked++) await ask(first, rows)
  await until(() => receiver.received[0])
  const waiting = await until(async () =>
    (await first.client.webhooks.list()).find(({ lastError }) => lastError !== null),
  )
  expect(waiting).toMatchObject({ waiting: 1, lastError: 'It answered with 500.' })
  await first.stop()

  const second = await temporaryNode({ dataDirectory })
  const again = await until(() => receiver.received[1])
  expect(again.headers['webhook-id']).toBe(receiver.received[0]?.headers['webhook-id'])
  const taken = await until(async () =>
    (await second.client.webhooks.list()).find(({ waiting: count }) => count === 0),
  )
  expect(taken.lastError).toBeNull()
  // The alert is still open: the new process has nothing to judge it by yet.
  expect((await second.client.alerts.list())[0]?.state).toBe('firing')
})

test('a webhook needs an address, and who may only write cannot add one', async () => {
  const whole = await temporaryNode({ serving: null })
  await expect(whole.client.webhooks.add({ url: 'ftp://example.org' })).rejects.toThrow(/url/)
  await expect(whole.client.webhooks.add({ url: 'https://a:b@example.org' })).rejects.toThrow(/url/)
  const { secret } = await whole.client.keys.create({ name: 'writer', scopes: ['write'] })
  const answer = await whole.fetch('/api/webhooks', {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: 'https://example.org' }),
  })
  expect(answer.status).toBe(403)
  const { webhook } = await whole.client.webhooks.add({ url: 'http://127.0.0.1:9/nobody' })
  await expect(whole.client.webhooks.test({ id: webhook.id })).rejects.toMatchObject({
    code: 'WEBHOOK_FAILED',
  })
  await whole.client.webhooks.remove({ id: webhook.id })
  await expect(whole.client.webhooks.remove({ id: webhook.id })).rejects.toMatchObject({
    code: 'WEBHOOK_NOT_FOUND',
  })
})
