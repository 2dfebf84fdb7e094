/** A version that its license does not let answer is asked as a shadow no more than by a caller. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { putRevocations } from '../../../src-main/store/tables/license-issuers.ts'
import { insertLicense } from '../../../src-main/store/tables/licenses.ts'
import { nextSnapshot } from '../../../src-main/store/tables/meta.ts'
import { putPublisher } from '../../../src-main/store/tables/publishers.ts'
import { nowSeconds, termsOf, testIssuer } from '../../support/licenses.ts'
import { linearModel } from '../../support/served-models.ts'
import { createServingNode, type ServingNode } from '../../support/serving-node.ts'

const model = 'acme.traffic'
const issuer = testIssuer('acme')
let node: ServingNode

beforeEach(async () => {
  node = await createServingNode()
  const { kid: fingerprint, pem: publicKey } = issuer
  const publisher = { id: newId(), name: 'acme', publicKey, fingerprint, own: false, retired: false }
  putPublisher(node.db, { ...publisher, note: '', trustedAt: new Date().toISOString(), originNode: 'test' })
})
afterEach(() => node.remove())

const register = (version: string) =>
  node.register({ model, version, onnx: linearModel(4, 3, Number(version[0])) })
/** The work of another publisher, who licenses it. */
const ofAcme = (versionId: string) =>
  node.db.prepare('update versions set publisher_fingerprint = ? where id = ?').run(issuer.kid, versionId)

function install(change: Partial<LicensePayload>): string {
  node.db.prepare('delete from licenses').run()
  const { payload, text } = issuer.license({ ...change, model: { id: model, range: '*' } })
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
  const { lid, seq, iss, nbf, exp } = payload
  const times = { startsAt: iso(nbf), endsAt: exp === null ? null : iso(exp), installedAt: iso(nowSeconds()) }
  const common = { lid, seq, originNode: 'test', document: text, digest: newId(), issuer: iss, model }
  insertLicense(node.db, { ...common, ...times, installedBy: 'test', emergency: [] })
  return lid
}

const quota = { unit: 'request', max: 1, onExceed: 'deny', overageMax: null } as const
const allowed = { terms: termsOf('DEVELOPER', { quota }) }
const ended = { iat: nowSeconds() - 9_000_000, nbf: nowSeconds() - 9_000_000, exp: nowSeconds() - 8_000_000 }
const otherFiles = { artifacts: [`sha256:${'0'.repeat(64)}`] }

async function served() {
  const { secret } = node.createKey()
  const serving = await node.start()
  const ask = async () => {
    const { status, body } = await serving.call(
      `/v1/models/${model}/inference`,
      { inputs: [1, 2, 3, 4] },
      secret,
    )
    return { status, code: (body as { error?: { code: string } }).error?.code }
  }
  const follow = () => {
    nextSnapshot(node.db)
    return serving.snapshot()
  }
  return { serving, ask, follow }
}

test('a shadow without a license that lets it answer is left out, whatever took the license', async () => {
  node.deploy(model, model, await register('1.0.0'))
  const shadow = await register('2.0.0')
  ofAcme(shadow)
  node.introduce(model, shadow, 'shadow')
  install(allowed)
  const { serving, ask, follow } = await served()
  const figures = { compared: 0, failed: 0, leftOut: 0 }
  const asked = async () => {
    expect(await ask()).toMatchObject({ status: 200 })
    const { deployments } = await serving.message('report', (report) => {
      const seen = report.deployments[1]?.shadow
      return seen?.compared === figures.compared && seen.leftOut === figures.leftOut
    })
    expect(deployments[1]?.shadow).toMatchObject(figures)
  }
  // Of one request a month: a copy is none.
  for (figures.compared = 1; figures.compared <= 3; figures.compared += 1) await asked()
  figures.compared -= 1

  for (const change of [ended, otherFiles]) {
    install(change)
    await follow()
    figures.leftOut += 1
    await asked()
  }
  node.db.prepare('delete from licenses').run()
  await follow()
  figures.leftOut += 1
  await asked()
  const lid = install(allowed)
  await follow()
  figures.compared += 1
  await asked()
  const document = issuer.revocations(1, [lid])
  const now = new Date().toISOString()
  const list = { issuer: 'acme', number: 1, issuedAt: now, nextUpdate: null, document, importedAt: now }
  putRevocations(node.db, list)
  await follow()
  figures.leftOut += 1
  await asked()

  // The first refusal that is told of is a caller's.
  node.promote(model, model, shadow)
  await follow()
  expect(await ask()).toEqual({ status: 403, code: 'LIC_REVOKED' })
  const { refusals } = await serving.message('licensing', (told) => told.refusals.length > 0)
  expect(refusals).toMatchObject([{ code: 'LIC_REVOKED', of: 'call', version: '2.0.0', lid }])
})
