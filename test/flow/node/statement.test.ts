/** The statement of a month: what a subscription costs is due whether or not anything was asked. */
import { expect, test } from 'vitest'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { periodAt } from '../../../src-main/metering/quota/period.ts'
import { nowSeconds, termsOf, testIssuer } from '../../support/licenses.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

const monthOf = (seconds: number) => periodAt(seconds * 1000)
const subscription = (creditsPerMonth: number): Partial<LicensePayload> => ({
  terms: termsOf('PROFESSIONAL', { price: { kind: 'subscription', creditsPerMonth } }),
})

test('a subscription stands in each month that it covers, at the price of the document of that month', async () => {
  const outpost = await temporaryNode({ serving: null })
  const acme = testIssuer('acme')
  await outpost.client.publishers.trust({ name: 'acme', publicKey: acme.pem })
  const now = nowSeconds()
  const { payload, text } = acme.license({ ...subscription(500), exp: now + 40 * 86_400 })
  await outpost.client.licenses.install({ document: text })
  const line = async (month: string) =>
    (await outpost.client.usage.statement({ month })).lines.find(({ lid }) => lid === payload.lid)
  const month = monthOf(now)
  expect(await line(month)).toMatchObject({ units: 0, requests: 0, credits: 500, consumers: [] })
  expect((await outpost.client.usage.statement({ month })).credits).toBe(500)
  // Not before it began, nor long after its end.
  expect(await line('2020-01')).toBeUndefined()
  expect(await line(monthOf(now + 100 * 86_400))).toBeUndefined()
  // The next document is installed ahead: this month keeps its price.
  const begins = now + 40 * 86_400
  const next = { lid: payload.lid, seq: 2, nbf: begins, exp: begins + 365 * 86_400 }
  await outpost.client.licenses.install({ document: acme.license({ ...subscription(700), ...next }).text })
  expect(await line(month)).toMatchObject({ credits: 500 })
  expect(await line(monthOf(begins + 62 * 86_400))).toMatchObject({ credits: 700 })
  // What was given up costs nothing in the months after.
  await outpost.client.licenses.deactivate({ lid: payload.lid })
  expect(await line(monthOf(begins + 62 * 86_400))).toBeUndefined()
}, 60_000)
