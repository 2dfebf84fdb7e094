/** The usage record of a call: which version answered whom, how long it took, and what it cost. */
import type { RequestRow } from '../../contract/views.ts'
import type { Asking, Reply } from './exchange.ts'
import type { RefusedBy } from './licensing-port.ts'

const round = (ms: number): number => Math.round(ms * 1000) / 1000

const nothing = { units: 0, credits: 0 }

let writtenAt = 0
let written = ''

/** As text; of many requests in one millisecond it is written once. */
function timeNow(): string {
  const now = Date.now()
  if (now !== writtenAt) {
    writtenAt = now
    written = new Date(now).toISOString()
  }
  return written
}

export function usageRow(
  { call, trace, grant: granted }: Asking,
  reply: Reply,
  { code, refusedBy }: { code: string | null; refusedBy: RefusedBy | null },
  latencyMs: number,
): RequestRow {
  const { endpoint, version, rule, ready } = call.target
  const grant = granted()
  const { units, credits } = grant && code === null ? grant.cost(trace.tokens) : nothing
  return {
    id: call.id,
    at: timeNow(),
    endpoint,
    model: version.model,
    version: version.version,
    digest: version.digest,
    rule: trace.cached ? `${rule}, cached` : rule,
    status: reply.status,
    code,
    consumer: call.caller.name,
    items: trace.items,
    tokensIn: grant?.pricedByTokens ? trace.tokens : null, // of inputs and outputs: nobody else needs them counted
    tokensOut: null,
    latencyMs: round(latencyMs),
    queueMs: round(trace.queueMs),
    computeMs: round(trace.computeMs),
    batchSize: trace.batchSize,
    executionProvider: ready.loaded.executionProvider.used,
    bytesIn: trace.bytesIn,
    bytesOut: reply.bytesOut,
    // Of a stand-in that was refused, and not of the version that had failed before it.
    license: (refusedBy ?? grant)?.license ?? null,
    period: (refusedBy ?? grant)?.period ?? null,
    units,
    credits,
  }
}
