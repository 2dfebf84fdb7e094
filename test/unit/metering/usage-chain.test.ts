/** The usage chain: what was appended is there and indexed once, what was changed is found, a torn end is cut off. */
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { createUsageIndexer } from '../../../src-main/metering/usage-indexer.ts'
import { openUsageLog } from '../../../src-main/metering/usage-log.ts'
import { verifyUsage } from '../../../src-main/metering/verify-usage.ts'
import { openUsageDatabase } from '../../../src-main/store/open.ts'
import { usageTotals } from '../../../src-main/store/tables/usage-hours.ts'
import { listUsageRecords } from '../../../src-main/store/tables/usage-records.ts'
import { requestRow } from '../../support/request-row.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const key = Buffer.alloc(32, 7)
let data: string
let usage: string
beforeEach(() => {
  data = temporaryFolder()
  usage = join(data, 'usage')
})

const record = (more: Partial<RequestRow> = {}): RequestRow =>
  requestRow({ version: '1.0.0+data.7', consumer: 'c "quoted"\n', ...more })

async function append(count: number, segmentBytesMax?: number): Promise<RequestRow[]> {
  const log = await openUsageLog(usage, key, segmentBytesMax)
  const rows = Array.from({ length: count }, () => record())
  for (let at = 0; at < count; at += 3)
    await Promise.all(rows.slice(at, at + 3).map((row) => log.append(row)))
  log.close()
  return rows
}
test('what records need before them is asked once a block, and refuses only those that name it', async () => {
  const log = await openUsageLog(usage, key)
  let asked = 0
  const counts = () => {
    asked += 1
  }
  const fails = () => {
    throw new Error('the tally cannot be written')
  }
  const ends = await Promise.allSettled([
    log.append(record(), counts),
    log.append(record(), fails),
    log.append(record()),
    log.append(record(), counts),
    log.append(record(), fails),
  ])
  expect(ends.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
  expect(asked).toBe(1)
  await log.append(record(), counts)
  expect(asked).toBe(2)
  log.close()
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: true, records: 4 })
})

const files = () =>
  readdirSync(usage)
    .sort()
    .map((name) => join(usage, name))
const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, 'utf8')))

test('a chain over several segments and openings is intact', async () => {
  for (const count of [1, 10, 4]) await append(count, 1500)
  expect(files().length).toBeGreaterThan(2)
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: true, records: 15, tornBytes: 0 })
})

describe('a change is found', () => {
  const changes: [string, (all: string[]) => void][] = [
    ['another figure', ([first = '']) => edit(first, (text) => text.replace('"items":2', '"items":1'))],
    [
      'a record taken out',
      ([first = '']) => edit(first, (text) => text.split('\n').toSpliced(1, 1).join('\n')),
    ],
    [
      'a block taken out',
      ([first = '']) => edit(first, (text) => text.split('\n').toSpliced(5, 4).join('\n')),
    ],
    [
      'a record put in',
      ([first = '']) =>
        edit(first, (text) => text.replace('\n{"seal"', `\n${JSON.stringify(record())}\n{"seal"`)),
    ],
    ['a segment deleted', ([, second = '']) => rmSync(second)],
    ['the end of an older segment cut off', ([first = '']) => edit(first, (text) => text.slice(0, -200))],
    [
      'segments exchanged',
      ([first = '', second = '']) => {
        const text = readFileSync(first)
        writeFileSync(first, readFileSync(second))
        writeFileSync(second, text)
      },
    ],
  ]
  test.each(changes)('%s', async (_, change) => {
    await append(30, 4000)
    change(files())
    const verified = await verifyUsage(usage, key)
    expect([verified.intact, verified.problem]).toEqual([false, expect.any(String)])
  })
  test('a chain that someone without the key wrote', async () => {
    await append(3)
    expect(await verifyUsage(usage, Buffer.alloc(32, 8))).toMatchObject({ intact: false, records: 0 })
  })
})

test('a torn end is told apart, cut off when the log is opened, and written over', async () => {
  await append(6)
  appendFileSync(files().at(-1) ?? '', '{"id":"half a rec')
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: true, records: 6, tornBytes: 17 })
  await append(2)
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: true, records: 8, tornBytes: 0 })
})

test('a segment torn before its first seal is written anew', async () => {
  await append(12, 2000)
  const last = files().at(-1) ?? ''
  edit(last, (text) => text.slice(0, 40))
  await append(3, 2000)
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: true, tornBytes: 0 })
})

test('a chain that was changed is continued in a new segment and stays as evidence', async () => {
  await append(3)
  const [first = ''] = files()
  edit(first, (text) => text.replace('"items":2', '"items":1'))
  const changed = readFileSync(first, 'utf8')
  await append(3)
  expect(files()).toHaveLength(2)
  expect(readFileSync(first, 'utf8')).toBe(changed)
  expect(await verifyUsage(usage, key)).toMatchObject({ intact: false })
})

test('the index takes each record once, however often it is asked and wherever it stopped', async () => {
  const written = [...(await append(10, 1500)), ...(await append(700))]
  const db = openUsageDatabase(data)
  const indexer = createUsageIndexer(usage, db)
  await Promise.all([indexer.catchUp(), indexer.catchUp()])
  written.push(...(await append(5)))
  await createUsageIndexer(usage, db).catchUp()
  const { rows, total } = listUsageRecords(db, {}, { offset: 0, limit: 5000 })
  expect(total).toBe(715)
  expect(usageTotals(db)).toEqual({ requests: 715, failures: 0, items: 1430 })
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(written.map(({ id }) => id)))
  expect(rows.find(({ id }) => id === written[0]?.id)).toEqual(written[0])
  db.close()
})
