/** The statement of a month: a subscription is due in each month in which its license answered, and stays so. */
import { expect, test } from 'vitest'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { periodAt } from '../../../src-main/metering/quota/period.ts'
import { openUsageDatabase } from '../../../src-main/store/open.ts'
import { addLicenseCharge } from '../../../src-main/store/tables/usage-licenses.ts'
import { nowSeconds, termsOf, testIssuer } from '../../support/licenses.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

const day = 86_400
const monthOf = (seconds: number) => periodAt(seconds * 1000)
const subscription = (creditsPerMonth: number): Partial<LicensePayload> => ({
  terms: termsOf('PROFESSIONAL', { price: { kind: 'subscription', creditsPerMonth } }),
})

test('a subscription is due in each month with an answer, at the price of that month, and removing it changes nothing', async () => {
  const outpost = await temporaryNode({ serving: null })
  const acme = testIssuer('acme')
  await outpost.client.publishers.trust({ name: 'acme', publicKey: acme.pem })
  const now = nowSeconds()
  const { payload, text } = acme.license({ ...subscription(500), nbf: now - 70 * day, exp: now + 40 * day })
  const { lid } = payload
  const { effects } = await outpost.client.licenses.preview({ document: text })
  expect(effects.join(' ')).toContain('500 credits for each month (UTC) in which it answers')
  await outpost.client.licenses.install({ document: text })
  const statement = (month: string) => outpost.client.usage.statement({ month })
  const credits = async (month: string) => {
    const { lines, credits: all } = await statement(month)
    expect(all).toBe(lines.reduce((sum, line) => sum + line.credits, 0))
    return lines.map((line) => [line.lid, line.credits])
  }
  const usage = openUsageDatabase(outpost.dataDirectory)
  const answered = (period: string, consumer: string) =>
    addLicenseCharge(usage, {
      ...{ license: lid, period, model: payload.model.id, consumer },
      ...{ requests: 3, items: 3, tokens: 0, units: 3, credits: 0 },
    })
  const month = monthOf(now)
  // Installed, and nothing was asked of it.
  expect(await credits(month)).toEqual([])

  answered(month, 'one')
  answered(month, 'other')
  expect(await credits(month)).toEqual([[lid, 500]])
  expect(await credits(monthOf(now - 35 * day))).toEqual([])
  // The next document is installed ahead: this month keeps its price.
  const begins = now + 40 * day
  const next = { lid, seq: 2, nbf: begins, exp: begins + 365 * day }
  await outpost.client.licenses.install({ document: acme.license({ ...subscription(700), ...next }).text })
  const later = monthOf(begins + 62 * day)
  answered(later, 'one')
  expect([await credits(month), await credits(later)]).toEqual([[[lid, 500]], [[lid, 700]]])

  const before = await statement(month)
  expect(before.lines[0]).toMatchObject({ type: 'PROFESSIONAL', price: { kind: 'subscription' }, units: 6 })
  await outpost.client.licenses.deactivate({ lid })
  await outpost.client.licenses.remove({ lid })
  expect(await statement(month)).toEqual(before)
  usage.close()
}, 60_000)
