/**
 * A process that counts until nothing is left, or it is killed. Each admission leaves a byte in the witness file, as an
 * answer that was sent would: "a" for one that was answered, "f" for one that failed and was given back.
 */
import { openSync, writeSync } from 'node:fs'
import { openQuotaLedger } from '../../../src-main/metering/quota/ledger.ts'
import type { QuotaToken } from '../../../src-main/metering/quota/types.ts'
import { type CountingTask, turnMax } from './kill-campaign.ts'

const task = JSON.parse(process.argv[2] ?? '') as CountingTask
let until = task.dieAtVisit
const ledger = openQuotaLedger({
  directory: task.folder,
  macKey: Buffer.alloc(32, 3),
  bootId: task.boot,
  time: { now: () => task.now, monotonic: () => performance.now() },
  log: { warn: (...all: unknown[]) => console.error(...all) },
  at: (point) => {
    if (point !== task.dieAt) return
    until -= 1
    if (until <= 0) process.kill(process.pid, 'SIGKILL')
  },
})
const witness = openSync(task.witness, 'a')
const account = { id: 'license', period: '2026-11', limit: task.limit }
writeSync(1, 'ready\n')

/** As one turn of the loop does it: all are taken, noted, and then answered one by one. */
for (let at = 1, more = true; more; ) {
  const taken: QuotaToken[] = []
  while (more && taken.length < 1 + (at % turnMax)) {
    const answer = ledger.take(account, { overage: 0 }, 1, task.now)
    if (answer.admitted) taken.push(answer)
    else if (answer.refusal.code === 'QUOTA_EXCEEDED') more = false
    else throw answer.refusal
  }
  ledger.note()
  for (const token of taken) {
    if (task.failEvery > 0 && at % task.failEvery === 0) {
      ledger.giveBack(token)
      writeSync(witness, 'f')
    } else {
      writeSync(witness, 'a')
      ledger.settle(token, 1)
    }
    at += 1
  }
}
const usage = ledger.usage(account)
ledger.close()
writeSync(1, `${JSON.stringify({ usage, anomalies: ledger.anomalies() })}\n`)
