/**
 * Figures of the registry among a hundred thousand versions, in both shapes that come up: many models and many versions
 * of few. Queries of a kind are told by the slowest of them.
 */
import { listModels, type ModelListQuery } from '../../src-main/registry/list-models.ts'
import { findVersionRow, listVersions } from '../../src-main/registry/list-versions.ts'
import { registerVersion } from '../../src-main/registry/register.ts'
import { resolveVersion } from '../../src-main/registry/resolve.ts'
import { openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import type { NodeWriter } from '../../src-main/store/sqlite.ts'
import { by, descriptor, registration } from '../support/registration.ts'
import { type Figure, type Part, percentile } from './figures.ts'
import type { Shape } from './seed-registry.ts'
import { seededFolder } from './seeded-folder.ts'

const stopped = () => 'stopped' as const
const runs = 200
const shapes: Shape[] = [
  { models: 100_000, versionsEach: 1 },
  { models: 1000, versionsEach: 100 },
]
/** A page and a search are waited for while typing. */
const target = { atMost: 20 }

type Query = (run: number) => unknown

/** The slowest of the queries at the 95th percentile; its name is told where there are several. */
function slowest(name: string, queries: Record<string, Query>, more: Pick<Figure, 'target'> = {}): Figure {
  const timed = Object.entries(queries).map(([query, work]) => ({ query, times: timesOf(work) }))
  const p95 = ({ times }: { times: number[] }) => percentile(times, 0.95)
  const worst = timed.reduce((most, one) => (p95(one) > p95(most) ? one : most))
  const which = timed.length === 1 ? '' : `, the slowest of ${timed.length}: ${worst.query}`
  const note = `p50 ${percentile(worst.times, 0.5).toFixed(2)} ms${which}`
  return { name: `${name}, p95`, value: p95(worst), unit: 'ms', ...more, note }
}

function timesOf(work: Query): number[] {
  return Array.from({ length: runs }, (_, run) => {
    const started = performance.now()
    work(run)
    return performance.now() - started
  })
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

function measureLists(db: NodeWriter): Figure[] {
  const list = (query: Partial<ModelListQuery>) =>
    listModels(db, { sort: 'updated', order: 'descending', offset: 0, limit: 100, ...query }, stopped)
  const { total } = list({})
  const sorts = (['updated', 'id', 'title', 'bytes', 'versions'] as const).map((sort) => [
    `by ${sort}`,
    () => list({ sort }),
  ])
  const pages = {
    ...(Object.fromEntries(sorts) as Record<string, Query>),
    'of a task': () => list({ task: 'embedding' }),
    'of a tag that many have': () => list({ tag: 'digits' }),
    'of a tag that few have': () => list({ tag: 'rare' }),
  }
  const searches = {
    'by relevance': (run: number) => list({ search: words[run % words.length], sort: 'relevance' }),
    'newest first': (run: number) => list({ search: words[run % words.length] }),
    '"publisher" by relevance': () => list({ search: 'publisher', sort: 'relevance' }),
    '"a" by relevance': () => list({ search: 'a', sort: 'relevance' }),
    '"fast" of a task, by title': () => list({ search: 'fast', task: 'embedding', sort: 'title' }),
    '"data" of a task, by title': () => list({ search: 'data', task: 'embedding', sort: 'title' }),
  }
  return [
    slowest('first page of models', pages, { target }),
    slowest('full-text search', searches, { target }),
    slowest('last page of models', { last: () => list({ offset: Math.max(0, total - 100) }) }),
  ]
}

function measureOne(db: NodeWriter, shape: Shape): Figure[] {
  const middle = Math.floor(shape.models / 2)
  const { rows } = listModels(db, { sort: 'id', order: 'ascending', offset: middle, limit: 1 }, stopped)
  const model = rows[0]?.id ?? ''
  const { version } = resolveVersion(db, model)
  const references = ['1.0.0', 'stable', '1.x', '^1.0'].map((reference) => [
    reference,
    () => resolveVersion(db, model, reference),
  ])
  const register = (run: number) => {
    const change = { type: run === 0 ? ('major' as const) : ('minor' as const) }
    registerVersion(db, registration(descriptor({ id: 'acme.bench', version: `1.${run}.0`, change })), by)
  }
  return [
    slowest('first page of versions', {
      versions: () => listVersions(db, model, { offset: 0, limit: 100 }, stopped),
    }),
    slowest('resolve a reference', Object.fromEntries(references) as Record<string, Query>),
    slowest('one version', { one: () => findVersionRow(db, version.id, stopped) }),
    slowest('register a version', { register }),
  ]
}

export const measureRegistry: Part = async (say) => {
  const figures: Figure[] = []
  for (const shape of shapes) {
    const folder = await seededFolder(shape, say)
    const directory = await openDataDirectory(folder)
    const db = openNodeDatabase(folder)
    const where = `${shape.models} × ${shape.versionsEach}: `
    const measured = [...measureLists(db), ...measureOne(db, shape)]
    figures.push(...measured.map((figure) => ({ ...figure, name: where + figure.name })))
    db.close()
    await directory.release()
  }
  return figures
}
