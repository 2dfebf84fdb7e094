/** Every procedure that changes something leaves its entry in the transaction of the change, and the chain holds. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAuditChain } from '../../../src-main/audit/verify-chain.ts'
import { newId } from '../../../src-main/base/ids.ts'
import { contract } from '../../../src-main/contract/api/contract.ts'
import { makeChallenge } from '../../../src-main/license/emergency/challenge.ts'
import { emergencySecret, makeEmergencyCodes } from '../../../src-main/license/emergency/emergency-codes.ts'
import { commitments } from '../../../src-main/license/emergency/redeem.ts'
import { listAuditEntries } from '../../../src-main/store/tables/audit-entries.ts'
import { handOver, newVersion, postJson, refusalOf } from '../../support/handed-over.ts'
import { nowSeconds, termsOf, testIssuer } from '../../support/licenses.ts'
import { linearModel } from '../../support/served-models.ts'
import { localListen, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({
    listen: localListen,
  })
  await outpost.client.publishers.rename({ name: 'acme' })
  await outpost.client.publishers.trust({ name: 'stranger', publicKey: stranger.pem })
  for (const version of ['1.0.0', '1.1.0'])
    await newVersion(outpost, 'acme.linear', linearModel(4, 3), version)
})
afterAll(() => outpost[Symbol.asyncDispose]())

const entries = () => listAuditEntries(outpost.node.context.db, {}, { offset: 0, limit: 1000 }).rows
const model = 'acme.linear'
const upload = () => handOver(outpost, 'model.onnx', linearModel(4, 3))
const pem = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string
const job = async ({ jobId }: { jobId: string }) => expect((await outpost.ended(jobId)).failure).toBeNull()

/** What each one writes, in the order in which they are called; what it is told is made up here. */
const changes: Record<string, () => Promise<string[]>> = {}
function change(procedure: string, actions: string | string[], call: () => Promise<unknown>): void {
  changes[procedure] = async () => {
    const before = entries().length
    await call()
    const written = entries()
      .slice(0, entries().length - before)
      .reverse()
    expect(written.map(({ outcome }) => outcome)).toEqual(written.map(() => 'done'))
    expect(
      written.map(({ action }) => action),
      procedure,
    ).toEqual([actions].flat())
    return written.map(({ actor }) => actor)
  }
}

let endpoint = ''
let keyId = ''
let draftId = ''
let cancelled = ''
change('deployments.deploy', 'endpoint.deploy', async () => {
  endpoint = (await outpost.client.deployments.deploy({ model, version: '1.0.0' })).endpoint
})
change('deployments.shift', ['endpoint.introduce', 'endpoint.shift'], async () => {
  await outpost.client.deployments.deploy({ model, version: '1.1.0', strategy: 'canary' })
  await outpost.client.deployments.shift({ endpoint, version: '1.1.0', weight: 1000 })
})
change('deployments.promote', 'endpoint.promote', () =>
  outpost.client.deployments.promote({ endpoint, version: '1.1.0' }),
)
change('deployments.rollBack', ['endpoint.promote', 'endpoint.roll-back'], async () => {
  await outpost.client.deployments.rollBack({ endpoint })
  await outpost.client.deployments.rollBack({ endpoint, version: '1.1.0' })
})
change('deployments.setPolicy', 'endpoint.policy', () =>
  outpost.client.deployments.setPolicy({ endpoint, policy: { stickyBy: 'session' } }),
)
change('deployments.tune', 'endpoint.tune', () => outpost.client.deployments.tune({ endpoint }))
change('deployments.setHosting', 'endpoint.hosting', () =>
  outpost.client.deployments.setHosting({ endpoint, settings: { pinned: true } }),
)
change('deployments.stop', 'endpoint.stop', () => outpost.client.deployments.stop({ endpoint }))
change('deployments.start', 'endpoint.start', () => outpost.client.deployments.start({ endpoint }))
change('system.setModelMemory', 'node.model-memory', () =>
  outpost.client.system.setModelMemory({ bytes: 1e9 }),
)
change('system.restartServing', 'serving.restart', () => outpost.client.system.restartServing())
change('deployments.remove', 'endpoint.remove', () => outpost.client.deployments.remove({ endpoint }))
change('models.pin', 'alias.pin', () =>
  outpost.client.models.pin({ model, alias: 'champion', version: '1.0.0' }),
)
change('models.deprecate', 'version.deprecate', () =>
  outpost.client.models.deprecate({
    model,
    version: '1.0.0',
    deprecation: { sunsetAt: '2100-01-01T00:00:00.000Z', replacement: '1.1.0' },
  }),
)
change('models.verify', 'registry.verify', async () => job(await outpost.client.models.verify({})))
change('models.remove', 'version.remove', () => outpost.client.models.remove({ model, version: '1.1.0' }))
change('keys.create', 'key.create', async () => {
  keyId = (await outpost.client.keys.create({ name: 'ci', scopes: ['read'] })).key.id
})
change('keys.rotate', ['key.create', 'key.rotate'], () => outpost.client.keys.rotate({ id: keyId }))
change('keys.revoke', 'key.revoke', () => outpost.client.keys.revoke({ id: keyId }))
let ruleId = ''
change('alerts.addRule', 'alert-rule.add', async () => {
  const rule = { metric: 'error-rate', threshold: 0.5, windowSeconds: 60 } as const
  ruleId = (await outpost.client.alerts.addRule(rule)).id
})
change('alerts.removeRule', 'alert-rule.remove', () => outpost.client.alerts.removeRule({ id: ruleId }))
let webhookId = ''
change('webhooks.add', 'webhook.add', async () => {
  webhookId = (await outpost.client.webhooks.add({ url: 'https://alerts.example/hook' })).webhook.id
})
change('webhooks.remove', 'webhook.remove', () => outpost.client.webhooks.remove({ id: webhookId }))
change('engines.add', 'engine.add', () =>
  outpost.client.engines.add({ name: 'elsewhere', url: 'https://engine.example', model: 'acme.linear' }),
)
change('engines.change', 'engine.change', () =>
  outpost.client.engines.change({ name: 'elsewhere', url: 'https://other.example', model: 'acme.linear' }),
)
change('engines.remove', 'engine.remove', () => outpost.client.engines.remove({ name: 'elsewhere' }))
const stranger = testIssuer('stranger')
const strangerCodes = (() => {
  const id = newId()
  const codes = makeEmergencyCodes(emergencySecret(stranger.key), id, 2)
  return { lid: id, codes, commitments: commitments(codes, id) }
})()
const own = { terms: termsOf('DEVELOPER'), model, account: 'Example Bank', endsAt: null }
let lid = ''
change('licenses.install', 'license.import-license', async () => {
  const { payload, text } = stranger.license({
    emergency: strangerCodes.commitments,
    lid: strangerCodes.lid,
    exp: nowSeconds() - 60, // a code helps over an end
  })
  await outpost.client.licenses.install({ document: text })
  lid = payload.lid
})
change('licenses.redeem', 'license.emergency', () =>
  outpost.client.licenses.redeem({ lid, code: strangerCodes.codes[0] ?? '' }),
)
change('licenses.deactivate', 'license.deactivate', () => outpost.client.licenses.deactivate({ lid }))
change('licenses.remove', 'license.remove', () => outpost.client.licenses.remove({ lid }))
change('licenses.request', 'license.request', () =>
  outpost.client.licenses.request({ model: 'stranger.cells' }),
)
change('licenses.declareSite', 'license.declare-site', () =>
  outpost.client.licenses.declareSite({ name: 'berlin', country: 'DE', commercial: true }),
)
change('usage.report', 'usage.report', () => outpost.client.usage.report({}))
change('mail.set', 'mail.set', () =>
  outpost.client.mail.set({ server: null, from: 'node@acme.example', recipients: ['ops@acme.example'] }),
)
let issued = ''
change('issuing.issue', 'license.issue', async () => {
  issued = (await outpost.client.issuing.issue(own)).license.lid
})
change('issuing.emergencyCode', 'license.emergency-code', async () => {
  const challenge = makeChallenge(issued, `sha256:${'0'.repeat(64)}`, 0)
  await outpost.client.issuing.emergencyCode({ challenge })
})
change('issuing.seal', 'license.seal', () => outpost.client.issuing.seal({ model, version: '1.0.0' }))
change('issuing.tranche', 'license.tranche', () =>
  outpost.client.issuing.tranche({ lid: issued, kind: 'credits', amount: 10 }),
)
change('issuing.revoke', 'license.revoke', () => outpost.client.issuing.revoke({ lid: issued }))
change('issuing.revocations', 'license.sign-revocations', () => outpost.client.issuing.revocations({}))
const delegate = testIssuer('sales')
change('issuing.certify', 'issuing.certify', () =>
  outpost.client.issuing.certify({ key: delegate.pem, name: 'sales', purposes: ['license'] }),
)
change('issuing.keyset', 'issuing.sign-keyset', () => outpost.client.issuing.keyset({}))
change('issuing.revokeKey', 'issuing.revoke-key', () =>
  outpost.client.issuing.revokeKey({ kid: delegate.kid }),
)
change('issuing.time', 'issuing.time', () => outpost.client.issuing.time({ node: null }))
change('issuing.recovery', 'issuing.recovery', () =>
  outpost.client.issuing.recovery({ node: delegate.kid, recoveryId: '0'.repeat(20) }),
)
change('issuing.takeReport', ['usage.report', 'issuing.take-report'], async () => {
  const { document } = await outpost.client.usage.report({})
  await outpost.client.issuing.takeReport({ document })
  await outpost.client.issuing.takeReport({ document }) // here already
})
change('issuing.receipt', ['usage.report', 'issuing.take-report', 'issuing.receipt'], async () => {
  const { document } = await outpost.client.usage.report({})
  await outpost.client.issuing.receipt({ report: document })
})
change('publishers.trust', 'publisher.trust', () =>
  outpost.client.publishers.trust({ name: 'other', publicKey: pem() }),
)
change('publishers.remove', 'publisher.remove', () => outpost.client.publishers.remove({ name: 'other' }))
change('publishers.rename', 'publisher.rename', () => outpost.client.publishers.rename({ name: 'acme' }))
change('publishers.exportKey', 'publisher.export', () =>
  outpost.client.publishers.exportKey({ passphrase: 'twelve characters' }),
)
change('publishers.importKey', ['publisher.export', 'publisher.import'], async () => {
  const exported = await outpost.client.publishers.exportKey({ passphrase: 'twelve characters' })
  await outpost.client.publishers.importKey({ ...exported, passphrase: 'twelve characters' })
})
change('publishers.rotate', 'publisher.rotate', () => outpost.client.publishers.rotate())
change('drafts.create', 'draft.create', async () => {
  draftId = (await outpost.client.drafts.create({ handles: [await upload()], basedOn: model })).id
})
change('drafts.update', 'draft.update', async () => {
  await outpost.client.drafts.update({ id: draftId, descriptor: { title: 'Another' } })
  await outpost.client.drafts.update({ id: draftId, step: 'card' }) // where the wizard stands is no change
})
change('drafts.addFiles', 'draft.add-files', async () => {
  const handles = [await handOver(outpost, 'notes.txt', 'some')]
  await outpost.client.drafts.addFiles({ id: draftId, handles })
})
change('drafts.removeFile', 'draft.remove-file', () =>
  outpost.client.drafts.removeFile({ id: draftId, path: 'notes.txt' }),
)
change('drafts.test', 'draft.test', async () => job(await outpost.client.drafts.test({ id: draftId })))
change('drafts.build', 'version.register', async () =>
  job(await outpost.client.drafts.build({ id: draftId })),
)
change('drafts.remove', ['draft.create', 'draft.remove'], async () => {
  const { id } = await outpost.client.drafts.create({ handles: [await upload()], basedOn: model })
  await outpost.client.drafts.remove({ id })
})
change('jobs.cancel', 'job.cancel', async () => {
  const blocked = await Promise.all([1, 2, 3].map(() => outpost.client.models.verify({ model })))
  cancelled = blocked.at(-1)?.jobId ?? ''
  await outpost.client.jobs.cancel({ id: cancelled })
  for (const { jobId } of blocked) await outpost.ended(jobId)
})
change('jobs.retry', ['job.retry', 'registry.verify'], async () => {
  await outpost.client.jobs.retry({ id: cancelled })
  await job({ jobId: cancelled })
})
change('system.backup', 'node.backup', async () => job(await outpost.client.system.backup()))
change('system.collect', 'blobs.collect', async () => job(await outpost.client.system.collect()))
change('login.link', 'login.link', () => outpost.client.login.link())
change('login.claim', ['password.set', 'login.begin'], () => {
  const token = (outpost.node.addresses().loginLink ?? '').split('token=')[1]
  return postJson(outpost, '/api/login/claim', { token, password: 'correct horse battery staple' })
})
change('login.enter', 'login.begin', () =>
  postJson(outpost, '/api/login', { password: 'correct horse battery staple' }),
)
change('login.leave', ['login.begin', 'login.end'], async () => {
  const entered = await postJson(outpost, '/api/login', { password: 'correct horse battery staple' })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await outpost.fetch('/api/logout', { method: 'POST', headers: { cookie } })
})
change('login.setPassword', 'password.set', () =>
  outpost.client.login.setPassword({ next: 'another horse battery staple' }),
)

/** What changes nothing that lasts, or is written by the job that it begins. */
const elsewhere = new Set([
  'packages.inspect',
  'packages.import',
  'packages.discard',
  'deployments.which', // changes nothing: its question does not fit into a path
  'playground.infer',
  'webhooks.test', // sends a message, and changes nothing here
  'engines.test',
  'licenses.preview',
  'licenses.lineage', // a question that does not fit into a path
  'issuing.preview',
  'issuing.openRequest',
  'issuing.moved',
  'login.check', // says whether a link is good, and leaves it so
  'mail.test', // puts a mail into the outbox, and changes nothing else
  'system.installSamples',
  'system.removeSamples',
])

test('no procedure that changes something is forgotten here', () => {
  const changing = Object.entries(contract).flatMap(([group, procedures]) =>
    Object.entries(procedures)
      .filter(([, procedure]) => procedure['~orpc'].route.method !== 'GET')
      .map(([name]) => `${group}.${name}`),
  )
  expect(changing.filter((name) => !elsewhere.has(name)).sort()).toEqual(Object.keys(changes).sort())
})

test.each(Object.keys(changes))('%s', async (procedure) => {
  if (procedure === 'jobs.cancel') {
    // Two others run beside it and write theirs.
    const before = entries().length
    await changes[procedure]?.().catch(() => undefined)
    expect(
      entries()
        .slice(0, entries().length - before)
        .filter(({ action }) => action === 'job.cancel'),
    ).toHaveLength(1)
    return
  }
  const actors = (await changes[procedure]?.()) ?? []
  expect(actors.every((actor) => ['owner', 'login'].includes(actor))).toBe(true)
})

test('what is refused leaves no entry, and the chain holds to its last one', async () => {
  const before = entries().length
  expect(await refusalOf(outpost.client.models.remove({ model: 'acme.none', version: '1.0.0' }))).toBe(
    'MODEL_NOT_FOUND',
  )
  expect(await refusalOf(outpost.client.publishers.remove({ name: 'nobody' }))).toBe('NOT_FOUND')
  expect(await refusalOf(outpost.client.deployments.stop({ endpoint: 'nothing' }))).toBe('ENDPOINT_NOT_FOUND')
  expect(
    await refusalOf(
      outpost.client.keys.create({ name: 'old', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' }),
    ),
  ).toBe('BAD_REQUEST')
  expect(entries().length).toBe(before)
  expect(verifyAuditChain(outpost.node.context.db)).toMatchObject({ outcome: 'intact' })
})
