import { expect, test } from 'vitest'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { createRecordLine } from '../../../src-main/metering/record-line.ts'

const row: RequestRow = {
  id: '01a1fdd3-50d6-733d-992c-f9357fa1d15f',
  at: '2026-11-21T11:16:48.123Z',
  endpoint: 'digits',
  model: 'acme.digits',
  version: '1.0.0+build',
  digest: `sha256:${'a'.repeat(64)}`,
  rule: 'flag "beta"',
  status: 200,
  code: null,
  consumer: 'shop \\ "till"\n',
  items: 3,
  tokensIn: null,
  tokensOut: 7,
  latencyMs: 1.234,
  queueMs: 0,
  computeMs: 1e-7,
  batchSize: 4,
  executionProvider: 'cpu',
  bytesIn: 10,
  bytesOut: 20,
  license: null,
  period: null,
  units: 0,
  credits: 0,
}

test('is what JSON.stringify writes, whatever the record before was', () => {
  const lineOf = createRecordLine()
  const rows = [
    row,
    { ...row, items: 4 },
    { ...row, code: 'QUEUE_FULL', status: 503 },
    { ...row, rule: 'exact' },
    { ...row, consumer: 'other' },
    { ...row, endpoint: 'ünïcode \u2028' },
    row,
  ]
  for (const one of rows) expect(lineOf(one)).toBe(`${JSON.stringify(one)}\n`)
})
