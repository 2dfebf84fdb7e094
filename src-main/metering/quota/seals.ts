/** The keyed hashes of the ledger: over each row, over the chain of settlements, and over what stands in the anchors. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { QuotaAccountRow, QuotaSettlementRow, QuotaTotals } from '../../store/tables/quota.ts'

export interface Seals {
  account(row: Omit<QuotaAccountRow, 'mac'>): string
  period(row: Omit<QuotaTotals, 'mac'>): string
  settlement(row: Omit<QuotaSettlementRow, 'mac'>): string
  head(text: string): string
  /** The first 16 bytes stand for the account in files that have no room for its name. */
  accountHash(id: string): Buffer
  bytes(label: string, bytes: Uint8Array): Buffer
}

export function createSeals(key: Uint8Array): Seals {
  const secret: KeyObject = createSecretKey(key)
  const mac = (parts: readonly (string | number | null)[]) =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest()
  const totals = (row: Omit<QuotaTotals, 'mac'>) => [
    row.account,
    row.period,
    row.settled,
    row.forfeited,
    row.givenBack,
    row.shortfall,
    row.ceiling,
  ]
  return {
    account: (row) =>
      mac(['account', row.hash, ...totals(row), row.slot, row.epoch, row.leased, row.boot]).toString('hex'),
    period: (row) => mac(['period', ...totals(row)]).toString('hex'),
    settlement: (row) =>
      mac([
        'settlement',
        row.previous,
        row.sequence,
        row.kind,
        row.account,
        row.period,
        row.epoch,
        row.countedFrom,
        row.used,
        row.givenBack,
        row.forfeited,
        row.at,
      ]).toString('hex'),
    head: (text) => mac(['head', text]).toString('hex'),
    accountHash: (id) => mac(['id', id]).subarray(0, 16),
    bytes: (label, bytes) => createHmac('sha256', secret).update(label).update(bytes).digest(),
  }
}
