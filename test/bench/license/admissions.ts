/** Admissions a second in one process, on a real disk: the tally is written before each is answered. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../../../src-main/base/ids.ts'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { openQuotaLedger, type QuotaLedger } from '../../../src-main/metering/quota/ledger.ts'
import { openUsageLog } from '../../../src-main/metering/usage-log.ts'
import { type Figure, median, type Part } from '../figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const now = Date.UTC(2026, 10, 21)
const admissions = 400_000
/** Records of one turn of the event loop under full load. */
const turn = 64
const rounds = 5

export const measureAdmissions: Part = async () => {
  const folder = temporaryFolder()
  const open = (name: string) =>
    openQuotaLedger({
      directory: join(folder, name),
      macKey: Buffer.alloc(32, 1),
      bootId: 'boot',
      time: { now: () => now, monotonic: () => performance.now() },
      log: { warn: (...all: unknown[]) => console.error(...all) },
    })
  const alone: number[] = []
  const recorded: number[] = []
  for (let round = 0; round < rounds; round++) {
    const ledger = open(`alone-${round}`)
    alone.push(perSecond(admissions, takeAll(ledger, admissions)))
    ledger.close()
    recorded.push(await withRecords(open(`recorded-${round}`), join(folder, `usage-${round}`)))
  }
  const edge = open('edge')
  const edgeSeconds = takeAll(edge, 1000, 1000)
  edge.close()
  return [
    figure('Admissions, tally written', median(alone), `${rounds} × ${admissions}, median`),
    figure('Admissions with the usage record', median(recorded), `${rounds} × ${admissions / 4}, median`),
    {
      name: 'The last 1000 units of a quota',
      value: edgeSeconds * 1000,
      unit: 'ms',
      note: 'blocks shrink to one unit and one commit each',
    },
  ]
}

const figure = (name: string, value: number, note: string): Figure => ({
  name,
  value,
  unit: '/s',
  target: { atLeast: 100_000 },
  note,
})

const perSecond = (count: number, seconds: number): number => count / seconds

function takeAll(ledger: QuotaLedger, count: number, limit = 10 ** 12): number {
  const account = { id: 'license', period: '2026-11', limit }
  const plan = { overage: 0 }
  const from = performance.now()
  for (let at = 0; at < count; at++) {
    const answer = ledger.take(account, plan, 1, now)
    if (!answer.admitted) throw answer.refusal
    ledger.note()
    ledger.settle(answer, 1)
  }
  return (performance.now() - from) / 1000
}

async function withRecords(ledger: QuotaLedger, directory: string): Promise<number> {
  mkdirSync(directory, { recursive: true })
  const usage = await openUsageLog(directory, Buffer.alloc(32, 2))
  const account = { id: 'license', period: '2026-11', limit: 10 ** 12 }
  const plan = { overage: 0 }
  const count = admissions / 4
  const id = newId()
  const from = performance.now()
  for (let at = 0; at < count; at += turn) {
    const appended: Promise<void>[] = []
    for (let one = 0; one < turn; one++) {
      const answer = ledger.take(account, plan, 1, now)
      if (!answer.admitted) throw answer.refusal
      appended.push(usage.append({ ...record, id }, ledger.note))
      ledger.settle(answer, 1)
    }
    await Promise.all(appended)
  }
  const seconds = (performance.now() - from) / 1000
  usage.close()
  ledger.close()
  return perSecond(count, seconds)
}

const record: RequestRow = {
  id: '',
  at: new Date(now).toISOString(),
  endpoint: 'detector',
  model: 'acme.detector',
  version: '1.2.3',
  digest: `sha256:${'a'.repeat(64)}`,
  rule: 'primary',
  status: 200,
  code: null,
  consumer: 'bench',
  items: 1,
  tokensIn: null,
  tokensOut: null,
  latencyMs: 1.234,
  queueMs: 0.123,
  computeMs: 1.001,
  batchSize: 1,
  executionProvider: 'cpu',
  bytesIn: 1234,
  bytesOut: 567,
  license: 'license',
  period: '2026-11',
  units: 1,
  credits: 0,
}
