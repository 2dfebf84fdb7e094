/**
 * Pages of the list of models, filtered, searched and sorted. A page's rows are chosen along one index first and read
 * in full after, so that neither the size of the registry nor a far page makes it slow. Nothing typed becomes SQL.
 */
import { z } from 'zod'
import { asBoolean, type NodeReader, readJson, sql } from '../sqlite.ts'
import { countMatches } from './model-search.ts'
import { countModels, countTagged } from './models.ts'

export interface ModelQuery {
  /** From matchExpression. */
  expression: string | null
  task?: string | undefined
  tag?: string | undefined
  source?: string | undefined
  deployed?: boolean | undefined
  sort: 'updated' | 'id' | 'title' | 'bytes' | 'versions' | 'relevance'
  order: 'ascending' | 'descending'
  offset: number
  limit: number
}

export interface ListedModel {
  sequence: number
  id: string
  name: string
  title: string
  summary: string
  task: string
  tags: string[]
  latest: string
  latestData: string | null
  /** The key that signed the latest version. */
  publisherFingerprint: string | null
  stable: string | null
  stableData: string | null
  versionCount: number
  latestBytes: number
  metricName: string | null
  metricValue: number | null
  source: string
  intact: boolean | null
  updatedAt: string
}

const sortColumns = {
  updated: 'm.updated_at',
  id: 'm.name',
  title: 'm.title collate nocase',
  bytes: 'm.latest_bytes',
  versions: 'm.version_count',
} as const

/** What a word in each column weighs: name, title, summary, tags, task, notes. */
const rank = 'bm25(models_search, 10, 8, 2, 5, 3, 1)'

/**
 * Up to this many models found by words or by a tag, they are gathered and sorted; beyond it the sort's index is walked
 * until the page is full, and a ranking gives way to the newest, for it would say little and take longer than a page
 * may. Measured by test/bench/registry.ts: both sides of it stay under 10 ms at 100 000 models.
 */
const gatheredMax = 5000

/** The share of the models beyond which words are gone through once for page and total; below it twice is quicker. */
const narrowedMin = 0.5

type Raw = Omit<ListedModel, 'tags' | 'intact'> & { tags: string; intact: number | null; broken: number }

const select = `select m.sequence, m.id, m.name, m.title, m.summary, m.task, m.tags, l.version as latest,
  l.data_version as latestData, l.publisher_fingerprint as publisherFingerprint, s.version as stable, s.data_version as stableData, m.version_count as versionCount,
  m.latest_bytes as latestBytes, l.metric_name as metricName, l.metric_value as metricValue, m.source, l.intact,
  m.updated_at as updatedAt, exists (select 1 from versions x where x.model_id = m.id and x.intact = 0) as broken`

const joins =
  'join versions l on l.id = m.latest_version_id left join versions s on s.id = m.stable_version_id'

/** A constant: a text put together anew would be hashed anew for each of a page's rows. */
const oneRow = `${select} from models m ${joins} where m.sequence = ?`

export function listStoredModels(db: NodeReader, asked: ModelQuery): { rows: ListedModel[]; total: number } {
  const matches = asked.expression === null ? null : countMatches(db, asked.expression)
  const share = matches !== null && matches > gatheredMax ? matches / countModels(db) : 0
  // Words that every model holds, a publisher's name for example, filter nothing and take longest to go through.
  const areCommon = share === 1
  const query = areCommon && !isRanked(asked) ? { ...asked, expression: null } : asked
  const found = foundBy(db, query, query.expression === null ? null : matches)
  const many = areCommon || (found !== null && found > gatheredMax)
  const { from, order } = plan(query, many)
  const filters = conditions(query, many)
  const { expression, task, tag, source, offset, limit } = query
  const filtering = Object.fromEntries(
    Object.entries({ expression, task, tag, source }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  )
  const isNarrowed = share > narrowedMin && !areCommon && many && filters.length > 1 && !isRanked(query)
  const page = sql<{ sequence: number; total?: number }>(
    db,
    `${isNarrowed ? narrowed(query) : `select m.sequence ${from} ${whereAll(filters)}`}
      order by ${order} limit @limit offset @offset`,
  ).all({ ...filtering, offset, limit })
  const rows = page.map(({ sequence }) => findListedModel(db, sequence)).filter((row) => row !== null)
  const counted = found !== null && filters.length === 1 ? found : page[0]?.total
  return { rows, total: counted ?? countAll(db, query, many, filtering) }
}

/**
 * Words that most models hold, and other filters beside: what both leave is gathered once, for the page and for
 * its total, because going through all that the words found is nearly all that such a search takes.
 */
function narrowed(query: ModelQuery): string {
  const others = conditions({ ...query, expression: null }, false)
  return `with found as materialized (select rowid as sequence from models_search
      where models_search match @expression and +rowid in (select m.sequence from models m ${whereAll(others)}))
    select m.sequence, (select count(*) from found) as total from models m
      where +m.sequence in (select sequence from found)`
}

export function findListedModel(db: NodeReader, sequence: number): ListedModel | null {
  const row = sql<Raw>(db, oneRow).get(sequence)
  return row ? read(row) : null
}

/** How many models the words or the tag find, whichever find fewer, without the other filters; null without either. */
function foundBy(db: NodeReader, { tag }: ModelQuery, matches: number | null): number | null {
  const tagged = tag === undefined ? null : countTagged(db, tag)
  const counts = [matches, tagged].filter((count) => count !== null)
  return counts.length === 0 ? null : Math.min(...counts)
}

const fromSearch = 'from models_search cross join models m on m.sequence = models_search.rowid'
const whereAll = (filters: string[]): string => (filters.length === 0 ? '' : `where ${filters.join(' and ')}`)

const isRanked = (query: ModelQuery): boolean => query.expression !== null && query.sort === 'relevance'

function plan(query: ModelQuery, many: boolean): { from: string; order: string } {
  if (isRanked(query)) {
    return {
      from: fromSearch,
      order: many ? 'models_search.rowid desc' : `${rank}, models_search.rowid desc`,
    }
  }
  const direction = query.order === 'descending' || query.sort === 'relevance' ? 'desc' : 'asc'
  const column = sortColumns[query.sort === 'relevance' ? 'updated' : query.sort]
  const order = query.sort === 'id' ? `${column} ${direction}` : `${column} ${direction}, m.name ${direction}`
  return { from: query.expression === null || many ? 'from models m' : fromSearch, order }
}

/** A unary plus keeps SQLite from looking rows up by that column, so that it walks the index of the order instead. */
function conditions(query: ModelQuery, many: boolean): string[] {
  const by = many ? '+m' : 'm'
  const joined = query.expression !== null && (!many || isRanked(query))
  const found = [
    query.expression !== null &&
      (joined
        ? 'models_search match @expression'
        : `${by}.sequence in (select rowid from models_search where models_search match @expression)`),
    query.tag !== undefined && `${by}.sequence in (select model_sequence from model_tags where tag = @tag)`,
    query.task !== undefined && `${by}.task = @task`,
    query.source !== undefined && `${by}.source = @source`,
    query.deployed !== undefined && `m.id ${query.deployed ? '' : 'not '}in (select model_id from endpoints)`,
  ]
  return found.filter((condition) => condition !== false)
}

/** Counting has no order to walk: the filter with an index leads, and what the words found is looked up in it. */
function countAll(
  db: NodeReader,
  query: ModelQuery,
  many: boolean,
  filtering: Record<string, unknown>,
): number {
  const joined = query.expression !== null && !many
  const filters = conditions({ ...query, sort: 'id' }, many).map((condition) =>
    condition.replace(/^\+m\.(task|source)/, 'm.$1'),
  )
  const from = joined ? fromSearch : 'from models m'
  const counted = sql<{ total: number }>(db, `select count(*) as total ${from} ${whereAll(filters)}`).get(
    filtering,
  )
  return counted?.total ?? 0
}

const tagList = z.array(z.string())

const read = ({ broken, intact, tags, ...row }: Raw): ListedModel => ({
  ...row,
  tags: readJson(tagList, tags, 'list of tags'),
  intact: broken === 1 ? false : asBoolean(intact),
})
