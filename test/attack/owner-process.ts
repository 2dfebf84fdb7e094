/** A tiny owner of a ledger behind HTTP, as serving is: 200 for what is admitted, else the status of the refusal. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openQuotaLedger } from '../../src-main/metering/quota/ledger.ts'

const [directory = '', limit = '0'] = process.argv.slice(2)
const ledger = openQuotaLedger({
  directory,
  macKey: Buffer.alloc(32, 5),
  bootId: 'boot',
  time: { now: () => Date.now(), monotonic: () => performance.now() },
  log: { warn: (...all: unknown[]) => console.error(...all) },
})
const account = { id: 'license', period: '2026-11', limit: Number(limit) }
const server = createServer((_request, response) => {
  const answer = ledger.take(account, { overage: 0 }, 1, Date.UTC(2026, 10, 21))
  response.statusCode = answer.admitted ? 200 : answer.refusal.status
  // Other requests are admitted before this one ends.
  setImmediate(() => {
    if (answer.admitted) {
      ledger.note()
      ledger.settle(answer, 1)
    }
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
