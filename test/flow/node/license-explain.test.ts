/** What explain says of a version: the rung or the quota that refuses, the way out, and what comes next, each once. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { explanationText } from '../../../src-main/cli/license-text.ts'
import { neededLicenseLines } from '../../../src-main/cli/package-text.ts'
import { periodAt } from '../../../src-main/metering/quota/period.ts'
import { countUnits } from '../../support/counted-units.ts'
import { type ForeignPackage, importedForeign } from '../../support/foreign-package.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf } from '../../support/licenses.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

const day = 86_400
const model = 'acme.cells'
let outpost: WholeNode
let foreign: ForeignPackage
let issuer: TestIssuer

beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  ;({ foreign, issuer } = await importedForeign(outpost))
})
afterAll(() => outpost[Symbol.asyncDispose]())
afterEach(async () => {
  const lids = new Set((await outpost.client.licenses.list({})).map(({ lid }) => lid))
  for (const lid of lids) await outpost.client.licenses.remove({ lid })
})

const install = async (change: Parameters<TestIssuer['license']>[0] = {}) => {
  const made = issuer.license(change)
  await outpost.client.licenses.install({ document: made.text })
  return made.payload
}
const explain = () => outpost.client.licenses.explain({ model })
const month = periodAt(Date.now())
const three = termsOf('DEVELOPER', { quota: requestsAMonth(3) })

test('a package says before it is installed which license is missing, and of whom', async () => {
  const inspect = async () =>
    await outpost.client.packages.inspect({ handle: (await outpost.node.adopt(foreign.path)).handle })
  const without = await inspect()
  expect(without.license).toMatchObject({ allowed: false, code: 'LIC_NONE' })
  const lines = neededLicenseLines(without).join('\n')
  expect(lines).toContain('needs a license of "acme" for acme.cells (LIC_NONE)')
  expect(lines).toContain('outpost license request acme.cells -o acme.cells.request.jws')
  await install({ terms: termsOf('COMMUNITY') })
  const other = await inspect()
  expect(other.license).toMatchObject({ allowed: false, code: 'LIC_ONPREM_DENIED' })
  expect(neededLicenseLines(other).join()).toContain('cannot be deployed yet (LIC_ONPREM_DENIED)')
  const { payload } = issuer.license()
  await install({ ...payload })
  expect((await inspect()).license).toMatchObject({ allowed: true, lid: payload.lid })
})

test('a quota that is used up is told with its figures, its clause and the way out', async () => {
  const { lid } = await install({ terms: three })
  countUnits(outpost, lid, 2)
  const before = await explain()
  expect(before.usedUp).toBeNull()
  expect(before.licenses[0]).toMatchObject({ allowed: true, usage: { used: 2, limit: 3, month } })
  expect(explanationText(before)).toContain('2 of 3')
  countUnits(outpost, lid, 3)
  const after = await explain()
  expect(after.decision.allowed).toBe(true)
  expect(after.usedUp).toMatchObject({ lid, code: 'QUOTA_EXCEEDED' })
  expect(after.usedUp?.clause).toContain('3 requests a month')
  expect(after.usedUp?.evidence).toContain(`3 of 3 requests of ${month}`)
  expect(after.usedUp?.remedy).toContain('licenses@acme.example')
  expect(after.licenses[0]).toMatchObject({ allowed: false, code: 'QUOTA_EXCEEDED' })
  const text = explanationText(after)
  expect(text.split('\n')[0]).toContain('refused, QUOTA_EXCEEDED')
  expect(text).toContain('Way out')
  expect(after.next.map(({ what }) => what).join()).toContain('new month')
})

test('where another license has something left, nothing is refused', async () => {
  const first = await install({ terms: three })
  await install({ terms: termsOf('DEVELOPER') })
  countUnits(outpost, first.lid, 3)
  const explained = await explain()
  expect(explained.usedUp).toBeNull()
  expect(explained.licenses.map(({ allowed }) => allowed).toSorted()).toEqual([false, true])
})

test('what comes next is told once: of the license that holds, and of the document that takes over', async () => {
  const old = await install({ exp: nowSeconds() + 10 * day, terms: termsOf('DEVELOPER', { graceDays: 0 }) })
  const only = await explain()
  expect(only.next.map(({ what }) => what)).toEqual([`The DEVELOPER license ${old.lid} ends.`])
  const seconds = nowSeconds()
  await install({ lid: old.lid, seq: 2, nbf: seconds + 9 * day, exp: seconds + 99 * day, terms: three })
  const renewed = await explain()
  expect(renewed.next.map(({ what }) => what)).toEqual([
    `The DEVELOPER license ${old.lid} begins, document 2.`,
    `The DEVELOPER license ${old.lid} ends; its grace begins.`,
    `The grace of the DEVELOPER license ${old.lid} ends.`,
  ])
  await install({ lid: old.lid, seq: 3, exp: seconds + 200 * day, terms: three })
  const replaced = await explain()
  expect(new Set(replaced.next.map(({ what }) => what)).size).toBe(replaced.next.length)
  expect(replaced.next).toHaveLength(2)
  expect(replaced.licenses.map(({ seq }) => seq)).toEqual([3])
})
