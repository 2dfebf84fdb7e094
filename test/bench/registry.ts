/**
 * Figures of the registry among a hundred thousand versions, in both shapes that come up: many models and many versions
 * of few. Run by node as it stands; it prints and asserts nothing, for a busy machine is no failed test.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listModels, type ModelListQuery } from '../../src-main/registry/list-models.ts'
import { findVersionRow, listVersions } from '../../src-main/registry/list-versions.ts'
import { registerVersion } from '../../src-main/registry/register.ts'
import { resolveVersion } from '../../src-main/registry/resolve.ts'
import { openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import type { NodeWriter } from '../../src-main/store/sqlite.ts'
import { by, descriptor, registration } from '../support/registration.ts'
import { type Shape, seedRegistry } from './seed-registry.ts'

const stopped = () => 'stopped' as const
const runs = 200

function measure(name: string, work: (run: number) => unknown): void {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const started = performance.now()
    work(run)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2).padStart(8)
  console.log(`  ${name.padEnd(52)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   max ${at(0.999)} ms`)
}

const words = [
  'digits',
  'resnet',
  'fast bert',
  'model',
  'publisher',
  'retrained wine',
  'a',
  'quantized',
  'iris 1234',
  'nothing-like-it',
  'publisher-7',
  'de',
]

function measureLists(db: NodeWriter): void {
  const list = (query: Partial<ModelListQuery>) =>
    listModels(db, { sort: 'updated', order: 'descending', offset: 0, limit: 100, ...query }, stopped)
  const { total } = list({})
  measure('first page, newest first', () => list({}))
  measure('last page', () => list({ offset: Math.max(0, total - 100) }))
  for (const sort of ['id', 'title', 'bytes', 'versions'] as const)
    measure(`first page by ${sort}`, () => list({ sort }))
  measure('first page of a task', () => list({ task: 'embedding' }))
  measure('first page of a tag that many have', () => list({ tag: 'digits' }))
  measure('first page of a tag that few have', () => list({ tag: 'rare' }))
  measure(`search, ${words.length} different texts, by relevance`, (run) =>
    list({ search: words[run % words.length], sort: 'relevance' }),
  )
  measure(`search, ${words.length} different texts, newest first`, (run) =>
    list({ search: words[run % words.length] }),
  )
  for (const search of ['digits', 'publisher', 'a'])
    measure(`search "${search}" by relevance`, () => list({ search, sort: 'relevance' }))
  measure('search "fast" of a task, by title', () =>
    list({ search: 'fast', task: 'embedding', sort: 'title' }),
  )
  measure('search "data" (in every one) of a task, by title', () =>
    list({ search: 'data', task: 'embedding', sort: 'title' }),
  )
}

function measureOne(db: NodeWriter, shape: Shape): void {
  const { rows } = listModels(
    db,
    { sort: 'id', order: 'ascending', offset: Math.floor(shape.models / 2), limit: 1 },
    stopped,
  )
  const model = rows[0]?.id ?? ''
  measure('first page of the versions of one model', () =>
    listVersions(db, model, { offset: 0, limit: 100 }, stopped),
  )
  for (const reference of ['1.0.0', 'stable', '1.x', '^1.0'])
    measure(`resolve ${reference}`, () => resolveVersion(db, model, reference))
  const { version } = resolveVersion(db, model)
  measure('one version', () => findVersionRow(db, version.id, stopped))
  measure('register a version of a model', (run) =>
    registerVersion(
      db,
      registration(
        descriptor({
          id: 'acme.bench',
          version: `1.${run}.0`,
          change: { type: run === 0 ? 'major' : 'minor' },
        }),
      ),
      by,
    ),
  )
}

async function bench(shape: Shape): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'outpost-bench-'))
  try {
    const directory = await openDataDirectory(folder)
    const seeding = openNodeDatabase(folder)
    const started = performance.now()
    seedRegistry(seeding, shape)
    seeding.pragma('wal_checkpoint(truncate)')
    seeding.close()
    await directory.release()
    const mebibytes = Math.round(statSync(directory.paths.nodeDatabase).size / 2 ** 20)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(
      `\n${shape.models} models with ${shape.versionsEach} versions each (${mebibytes} MiB, filled in ${seconds} s)`,
    )

    const opening = performance.now()
    const opened = await openDataDirectory(folder)
    const db = openNodeDatabase(folder)
    listModels(db, { sort: 'updated', order: 'descending', offset: 0, limit: 100 }, stopped)
    console.log(`  open the folder and read the first page: ${(performance.now() - opening).toFixed(0)} ms`)
    measureLists(db)
    measureOne(db, shape)
    db.close()
    await opened.release()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await bench({ models: 100_000, versionsEach: 1 })
await bench({ models: 1000, versionsEach: 100 })
