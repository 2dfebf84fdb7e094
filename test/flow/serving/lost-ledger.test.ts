/** The files of the quota ledger are gone: nothing licensed is answered until an issuer signs that counting may go on. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importedForeign } from '../../support/foreign-package.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

const row = Array.from({ length: 10 }, () => 1)

async function ask(
  outpost: WholeNode,
  key: string,
): Promise<{ status: number; body: { error?: { code: string; details?: { recoveryId?: string } } } }> {
  const answer = await outpost.ask(key, '/v1/models/acme.cells/inference', { inputs: row })
  return { status: answer.status, body: (await answer.json()) as never }
}

test('48: a deleted ledger is no fresh quota, and the issuer’s recovery lets counting go on', async () => {
  const dataDirectory = temporaryFolder()
  let outpost = await temporaryNode({ dataDirectory })
  const { issuer } = await importedForeign(outpost)
  await outpost.client.licenses.install({ document: issuer.license().text })
  await outpost.client.deployments.deploy({ model: 'acme.cells', version: '1.0.0' })
  const { secret } = await outpost.client.keys.create({ name: 'test', scopes: ['infer'] })
  expect((await ask(outpost, secret)).status).toBe(200)
  await expect
    .poll(async () => (await outpost.client.licenses.list({}))[0]?.usage?.used, { timeout: 10_000 })
    .toBe(1)
  await outpost.stop()

  for (const file of ['quota.db', 'quota.db-wal', 'quota.db-shm', 'quota.tally', 'keys/quota.anchor'])
    await rm(join(dataDirectory, file), { force: true })
  outpost = await temporaryNode({ dataDirectory })
  await expect
    .poll(async () => (await ask(outpost, secret)).body.error?.code, { timeout: 20_000 })
    .toBe('STATE_MISSING')
  const recoveryId = (await ask(outpost, secret)).body.error?.details?.recoveryId ?? ''
  const { nodeId: node } = await outpost.client.licenses.node({})
  const grant = (id: string) => issuer.sign('recovery', { node, recoveryId: id })
  await outpost.client.licenses.install({ document: grant('0'.repeat(20)) })
  expect((await ask(outpost, secret)).body.error?.code).toBe('STATE_MISSING')
  await outpost.client.licenses.install({ document: grant(recoveryId) })
  expect((await ask(outpost, secret)).status).toBe(200)
}, 120_000)
