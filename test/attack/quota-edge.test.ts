/** Case 42 on a whole node: four client processes race for the last requests of a month, by every way to ask. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openSelfSigned } from '../../src-main/license/envelope/open-document.ts'
import { importedForeign } from '../support/foreign-package.ts'
import { refusalOf } from '../support/handed-over.ts'
import { requestsAMonth, type TestIssuer, termsOf } from '../support/licenses.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { localServingAndGrpc, type WholeNode } from '../support/whole-node.ts'

const program = join(import.meta.dirname, 'asking-process.ts')

async function served(outpost: WholeNode, issuer: TestIssuer, limit: number): Promise<string> {
  const { payload, text } = issuer.license({ terms: termsOf('DEVELOPER', { quota: requestsAMonth(limit) }) })
  await outpost.client.licenses.install({ document: text })
  await outpost.client.deployments.deploy({ model: 'acme.cells', version: '1.0.0' })
  return payload.lid
}

/** One process: how many units it was answered, and the codes of what was refused. */
async function asked(outpost: WholeNode, key: string, rounds: number) {
  const { servingUrl, grpcAddress } = outpost.node.addresses()
  const values = [program, servingUrl ?? '', grpcAddress ?? '', key, String(rounds)]
  const { stdout } = await promisify(execFile)(process.execPath, values)
  return JSON.parse(stdout) as { units: number; codes: Record<string, number> }
}

test('42: four processes that ask a node by all its ways are answered exactly what was bought', async () => {
  const outpost = await temporaryNode({ serving: localServingAndGrpc })
  const { issuer } = await importedForeign(outpost)
  const limit = 400
  const lid = await served(outpost, issuer, limit)
  const { secret } = await outpost.client.keys.create({ name: 'test', scopes: ['infer'] })
  // Each round asks for nine units: 4 × 15 × 9 is more than there are.
  const ends = await Promise.all([1, 2, 3, 4].map(() => asked(outpost, secret, 15)))
  const all = [...ends]
  // What was held for a request that failed may have been given back after the last one was refused.
  for (let round = 0; round < 5; round++) all.push(await asked(outpost, secret, 1))
  expect(all.reduce((sum, { units }) => sum + units, 0)).toBe(limit)
  expect(all.at(-1)?.units).toBe(0)
  const codes = new Set(all.flatMap(({ codes }) => Object.keys(codes)))
  expect([...codes].toSorted()).toEqual(['429', 'QUOTA_EXCEEDED', 'grpc 8'])
  // And the bill says the same.
  await expect
    .poll(
      async () => (await outpost.client.usage.statement({})).lines.find((line) => line.lid === lid)?.units,
      {
        timeout: 20_000,
      },
    )
    .toBe(limit)
  const check = await outpost.client.usage.verify({})
  expect(check).toMatchObject({
    intact: true,
    accounts: [{ lid, inLog: limit, inStatement: limit, counted: limit }],
  })
}, 180_000)

test('55: a key of idempotency is its caller’s own, also where another has a key of the same name', async () => {
  const outpost = await temporaryNode()
  const { issuer } = await importedForeign(outpost)
  const lid = await served(outpost, issuer, 4)
  const secrets = await Promise.all(
    [1, 2].map(async () => (await outpost.client.keys.create({ name: 'same', scopes: ['infer'] })).secret),
  )
  const ask = async (secret = '', values = 1) => {
    const inputs = Array.from({ length: 10 }, () => values)
    const headers = { 'idempotency-key': 'order-1' }
    const answer = await outpost.ask(secret, '/v1/models/acme.cells/inference', { inputs }, headers)
    return { status: answer.status, text: await answer.text() }
  }
  const [first, second] = secrets
  expect((await ask(first)).status).toBe(200)
  expect((await ask(first)).status).toBe(200)
  const reused = await ask(first, 2)
  expect([reused.status, reused.text]).toEqual([422, expect.stringContaining('IDEMPOTENCY_KEY_REUSED')])
  expect((await ask(second, 2)).status).toBe(200)
  await expect
    .poll(async () => (await outpost.client.licenses.list({})).find((row) => row.lid === lid)?.usage?.used, {
      timeout: 20_000,
    })
    .toBe(2)
}, 120_000)

test('47: a report says what the log says, whatever was edited or removed before it', async () => {
  const outpost = await temporaryNode()
  const { issuer } = await importedForeign(outpost)
  const usage = new Database(join(outpost.dataDirectory, 'usage.db'))
  try {
    const lid = await served(outpost, issuer, 10)
    const { secret } = await outpost.client.keys.create({ name: 'test', scopes: ['infer'] })
    for (const value of [1, 2, 3]) {
      const inputs = Array.from({ length: 10 }, () => value)
      const answer = await outpost.ask(secret, '/v1/models/acme.cells/inference', { inputs })
      expect(answer.status).toBe(200)
    }
    const used = async () =>
      (await outpost.client.licenses.list({})).find((row) => row.lid === lid)?.usage?.used
    await expect.poll(used, { timeout: 20_000 }).toBe(3)
    const stated = async () => (await outpost.client.usage.statement({})).lines[0]?.units
    await expect.poll(stated, { timeout: 20_000 }).toBe(3)
    usage.prepare('update usage_licenses set units = 0').run()
    expect(await refusalOf(outpost.client.usage.report({ issuer: 'acme' }))).toBe('LEDGER_TAMPERED')
    usage.prepare('update usage_licenses set units = 3').run()
    await outpost.client.licenses.remove({ lid })
    const { document } = await outpost.client.usage.report({ issuer: 'acme' })
    const { accounts } = openSelfSigned('usage-report', Buffer.from(document)).payload
    expect(accounts).toMatchObject([{ lid, used: 3, counted: 3, forfeited: 0 }])
    // Where the calls are gone with their log, the count still tells.
    usage.prepare('delete from usage_licenses').run()
    await rm(join(outpost.dataDirectory, 'usage'), { recursive: true, force: true })
    const left = await outpost.client.usage.report({ issuer: 'acme' })
    expect(openSelfSigned('usage-report', Buffer.from(left.document)).payload.accounts).toMatchObject([
      { lid, used: 0, counted: 3 },
    ])
  } finally {
    usage.close()
    await outpost[Symbol.asyncDispose]()
  }
}, 120_000)
