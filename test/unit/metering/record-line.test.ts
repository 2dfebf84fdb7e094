import { expect, test } from 'vitest'
import { createRecordLine } from '../../../src-main/metering/record-line.ts'
import { requestRow } from '../../support/request-row.ts'

const row = requestRow({
  version: '1.0.0+build',
  rule: 'flag "beta"',
  consumer: 'shop \\ "till"\n',
  items: 3,
  tokensOut: 7,
  latencyMs: 1.234,
  queueMs: 0,
  computeMs: 1e-7,
})

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
