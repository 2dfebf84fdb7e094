/** A customer's usage report at its issuer: its figures before anything is signed, held against the last one, and kept. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '../../../src-main/base/signing-key.ts'
import { reportText } from '../../../src-main/cli/report-text.ts'
import type { UsageReport } from '../../../src-main/flows/issuing/report-findings.ts'
import { termsOf } from '../../support/licenses.ts'
import { reporter } from '../../support/reporter.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let provider: WholeNode
let lid: string

beforeAll(async () => {
  provider = await startWholeNode({ serving: null })
  await provider.client.publishers.rename({ name: 'acme' })
  const { license } = await provider.client.issuing.issue({
    model: 'acme.cells',
    account: 'Example Bank',
    terms: termsOf('DEVELOPER', {
      quota: { unit: 'request', max: 100, onExceed: 'overage', overageMax: null },
    }),
    endsAt: null,
  })
  lid = license.lid
})
afterAll(() => provider[Symbol.asyncDispose]())

const account = (used: number, more: Partial<UsageReport['accounts'][number]> = {}) => ({
  lid,
  month: '2026-11',
  used,
  forfeited: 0,
  items: used,
  credits: 0,
  ...more,
})
const take = (document: string) => provider.client.issuing.takeReport({ document })
const worries = (found: Awaited<ReturnType<typeof take>>) =>
  found.findings.filter(({ kind }) => kind === 'problem').map(({ text }) => text)
const receipted = async () =>
  (await provider.client.issuing.reports({})).map(({ number, receiptedAt }) => [number, receiptedAt !== null])

test('the figures are shown, nothing is signed by looking, and the receipt stays with the report', async () => {
  const machine = reporter(generateSigningKey(), 'teller-1')
  const first = machine.report({ records: 45, accounts: [account(40, { forfeited: 3 })] })
  const seen = await take(`${first}\n`)
  expect(seen).toMatchObject({ number: 1, records: 45, last: null, receiptedAt: null })
  expect(seen.accounts).toEqual([
    {
      lid,
      month: '2026-11',
      license: { account: 'Example Bank', model: 'acme.cells', type: 'DEVELOPER', unit: 'request', max: 100 },
      used: 40,
      before: 0,
      billable: 40,
      forfeited: 3,
      items: 40,
      credits: 50,
      subscription: 50,
      creditsToBill: 50,
      subscriptionToBill: 50,
    },
  ])
  expect(seen.findings.map(({ text }) => text).join(' ')).toContain('first report of this machine')
  expect(worries(seen)).toEqual([])
  expect(await receipted()).toEqual([[1, false]])

  const receipt = await provider.client.issuing.receipt({ report: first })
  expect(receipt.problems.join(' ')).toContain('3 requests were charged by a power loss')
  expect(await receipted()).toEqual([[1, true]])
  const files = await provider.client.issuing.reportFiles({ digest: seen.digest })
  expect([files.report.document, files.receipt?.document]).toEqual([first, receipt.document])

  const second = machine.report({
    records: 170,
    accounts: [account(130), account(20, { month: '2026-12' })],
  })
  const next = await take(second)
  expect(next.last).toMatchObject({ number: 1, records: 45 })
  expect(next.accounts.map(({ before, billable }) => [before, billable])).toEqual([
    [40, 90],
    [0, 20],
  ])
  // The subscription of each month is billed with the first report that tells of use in it.
  expect(next.accounts.map(({ credits, creditsToBill }) => [credits, creditsToBill])).toEqual([
    [50, 0],
    [50, 50],
  ])
  expect(worries(next)).toEqual([])
  const words = next.findings.map(({ text }) => text).join(' ')
  expect(words).toContain('follows report 1')
  expect(words).toContain('grown by 125 calls')
  expect(words).toContain('30 beyond the quota')
  const text = reportText(next)
  for (const part of ['teller-1', 'Example Bank', '2026-11', '130', '90', 'grown by 125 calls'])
    expect(text).toContain(part)
  expect(text).toContain('To bill: 50 credits, of them 50 subscription')
  expect((await take(first)).accounts[0]).toMatchObject({ credits: 50, creditsToBill: 50 })

  const spare = await take(reporter(generateSigningKey(), 'teller-1b').report({ accounts: [account(7)] }))
  expect(spare.accounts[0]).toMatchObject({ credits: 50, creditsToBill: 0 })
  expect(spare.findings.map(({ text }) => text).join(' ')).toContain('billed once')
})

test('credits by the call are billed since the last report, and what was paid beforehand is not', async () => {
  const issue = async (prepaid: boolean) => {
    const terms = termsOf('DEVELOPER', { price: { kind: 'per-request', creditsPerRequest: 2, prepaid } })
    return await provider.client.issuing.issue({ model: 'acme.cells', account: 'B', terms, endsAt: null })
  }
  const lids = [(await issue(false)).license.lid, (await issue(true)).license.lid]
  const accounts = (used: number) => lids.map((lid) => account(used, { lid, credits: used * 2 }))
  const machine = reporter(generateSigningKey(), 'teller-5')
  await take(machine.report({ records: 20, accounts: accounts(10) }))
  const next = await take(machine.report({ records: 50, accounts: accounts(25) }))
  expect(next.accounts.map(({ credits, creditsToBill }) => [credits, creditsToBill])).toEqual([
    [50, 30],
    [50, 0],
  ])
})

test('gaps, a log that shrank, another chain and lower figures are problems', async () => {
  const machine = reporter(generateSigningKey(), 'teller-2')
  await take(machine.report({ records: 50, accounts: [account(50)] }))
  machine.skip()
  const gap = await take(machine.report({ records: 60, accounts: [account(60)] }))
  expect(worries(gap)).toEqual(['Report 2 was never received.'])
  const shrunk = await take(machine.report({ records: 10, accounts: [account(5)] }))
  expect(worries(shrunk).join(' ')).toMatch(/calls are gone.*5 requests, and the last report had 60/)
  const other = await take(machine.report({ records: 70, accounts: [account(70)], previous: 'a'.repeat(64) }))
  expect(worries(other).join(' ')).toContain('does not follow report 4')
  const twice = await take(machine.again({ records: 71 }))
  expect(worries(twice)[0]).toBe('Another report number 5 of this machine, with other contents, is here.')
})

test('licenses of other issuers are named as theirs, and not billed', async () => {
  const machine = reporter(generateSigningKey(), 'teller-3')
  const strange = '019a0000-0000-7000-8000-000000000009'
  const seen = await take(machine.report({ records: 9, accounts: [account(9, { lid: strange })] }))
  expect(seen.accounts[0]).toMatchObject({ license: null, billable: 0, creditsToBill: 0 })
  expect(seen.findings.map(({ text }) => text).join(' ')).toContain('1 license was not issued here')
})

test('a report that was changed is not taken in', async () => {
  const machine = reporter(generateSigningKey(), 'teller-4')
  const [head, payload, signature] = machine.report({ records: 9, accounts: [] }).split('.')
  const forged = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object
  const changed = Buffer.from(JSON.stringify({ ...forged, records: 1 })).toString('base64url')
  await expect(take([head, changed, signature].join('.'))).rejects.toMatchObject({ code: 'LIC_SIG_INVALID' })
  expect((await provider.client.issuing.reports({})).some(({ machine: of }) => of.name === 'teller-4')).toBe(
    false,
  )
})

test('what was counted on the quota and does not stand in the log is said', async () => {
  const machine = reporter(generateSigningKey(), 'teller-9')
  const few = await take(machine.report({ records: 40, accounts: [account(40, { counted: 45 })] }))
  expect(worries(few)).toEqual([])
  const many = await take(machine.report({ records: 40, accounts: [account(40, { counted: 540 })] }))
  expect(worries(many).join(' ')).toContain('500 requests were counted on the quota')
})
