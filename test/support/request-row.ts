/** The record of a call that was answered, as serving writes it. */
import { newId } from '../../src-main/base/ids.ts'
import type { RequestRow } from '../../src-main/contract/views.ts'

export const requestRow = (change: Partial<RequestRow> = {}): RequestRow => ({
  id: newId(),
  at: '2026-11-21T10:00:00.000Z',
  endpoint: 'digits',
  model: 'acme.digits',
  version: '1.0.0',
  digest: `sha256:${'a'.repeat(64)}`,
  rule: 'exact',
  status: 200,
  code: null,
  consumer: 'key',
  items: 2,
  tokensIn: null,
  tokensOut: null,
  latencyMs: 1.5,
  queueMs: 0.25,
  computeMs: 1,
  batchSize: 2,
  executionProvider: 'cpu',
  bytesIn: 10,
  bytesOut: 20,
  license: null,
  period: null,
  units: 0,
  credits: 0,
  ...change,
})
