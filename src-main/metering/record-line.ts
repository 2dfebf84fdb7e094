/**
 * The line of a record in a usage segment: what JSON.stringify writes, at half its cost, which each call pays. What is
 * the same in one record as in the one before is written once.
 */
import type { RequestRow } from '../contract/views.ts'

const quote = (text: string): string => JSON.stringify(text)
const orNull = (text: string | null): string => (text === null ? 'null' : quote(text))

type Served = Pick<
  RequestRow,
  'endpoint' | 'model' | 'version' | 'digest' | 'rule' | 'consumer' | 'license' | 'period'
>

const isSame = (left: Served, right: Served): boolean =>
  left.endpoint === right.endpoint &&
  left.model === right.model &&
  left.version === right.version &&
  left.digest === right.digest &&
  left.rule === right.rule &&
  left.consumer === right.consumer &&
  left.license === right.license &&
  left.period === right.period

export function createRecordLine(): (record: RequestRow) => string {
  let last: Served | null = null
  let what = ''
  let who = ''
  let whose = ''
  return (record) => {
    if (last === null || !isSame(last, record)) {
      const { endpoint, model, version, digest, rule, consumer, license, period } = record
      last = { endpoint, model, version, digest, rule, consumer, license, period }
      whose = `"license":${orNull(license)},"period":${orNull(period)}`
      what = `"endpoint":${quote(endpoint)},"model":${quote(model)},"version":${quote(version)},"digest":${quote(digest)},"rule":${quote(rule)}`
      who = `"consumer":${quote(consumer)}`
    }
    const { status, code, items, tokensIn, tokensOut, latencyMs, queueMs, computeMs, batchSize } = record
    return `{"id":${quote(record.id)},"at":${quote(record.at)},${what},"status":${status},"code":${orNull(code)},${who},"items":${items},"tokensIn":${tokensIn},"tokensOut":${tokensOut},"latencyMs":${latencyMs},"queueMs":${queueMs},"computeMs":${computeMs},"batchSize":${batchSize},"executionProvider":${quote(record.executionProvider)},"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut},${whose},"units":${record.units},"credits":${record.credits}}\n`
  }
}
