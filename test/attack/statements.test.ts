/** Cases 75 and 76: texts that want to be a piece of SQL, and JSON that wants to be a member of every object. */
import { expect, test } from 'vitest'
import { errorCatalogue } from '../../src-main/contract/errors.ts'
import { limits } from '../../src-main/contract/limits.ts'
import { modelManifest, ociIndex } from '../../src-main/contract/model-pack.ts'
import { packageDescriptor } from '../../src-main/contract/package.ts'
import { matchExpression } from '../../src-main/store/tables/model-search.ts'
import { asOwner, told } from '../support/handed-over.ts'
import { openNode } from '../support/open-node.ts'

const open = openNode()

const injections = [
  '" OR 1=1 --',
  "' OR '1'='1",
  "'; drop table models; --",
  '1); delete from api_keys; --',
  'NEAR(a b)',
  'a* AND (b OR',
  '{title}: x',
  'title:linear NOT',
  '^linear',
  '"unclosed',
  '%',
  '_',
  '%_\\',
  'acme.%',
  'acme_linear',
  '\u0000',
  '"'.repeat(256),
  '('.repeat(256),
  '-'.repeat(256),
]

const filters: [path: string, names: string[]][] = [
  ['/api/models', ['search', 'tag', 'task', 'source', 'sort', 'order']],
  ['/api/requests', ['model', 'endpoint', 'version', 'outcome', 'since']],
  ['/api/jobs', ['state']],
  ['/api/audit', ['actor', 'action', 'object']],
  ['/api/keys', ['offset', 'limit']],
]

/** What went wrong with a text as this parameter: a fault of the node, or rows that it does not name. */
async function faultOfFilter(path: string, name: string, text: string): Promise<string | null> {
  const answer = await asOwner(open.outpost, `${path}?${name}=${encodeURIComponent(text)}`)
  if (answer.status >= 500) return `${path} ${name} ${text}: ${answer.status}`
  if (!answer.ok) return null
  const { rows } = (await answer.json()) as { rows: unknown[] }
  // A filter that nothing fits finds nothing; a word of a search may be one of the model's.
  const isFilter = path === '/api/models' ? name === 'tag' : path === '/api/requests'
  return isFilter && rows.length > 0 ? `${path} ${name} ${text}: ${rows.length} rows` : null
}

test('75: what is searched, filtered or sorted by is a value and never SQL', async () => {
  const counts = () =>
    ['models', 'versions', 'api_keys', 'endpoints', 'audit_entries'].map(
      (table) =>
        open.outpost.node.context.db.prepare<[], { n: number }>(`select count(*) as n from ${table}`).get()
          ?.n,
    )
  const before = counts()
  const faults: Array<string | null> = []
  for (const text of injections) {
    for (const [path, names] of filters)
      for (const name of names) faults.push(await faultOfFilter(path, name, text))
    for (const path of ['/api/models/X', '/api/models/X/versions/1.0.0', '/api/jobs/X', '/api/receipts/X']) {
      const { status } = await asOwner(open.outpost, path.replace('X', encodeURIComponent(text)))
      faults.push(status >= 500 ? `${path} ${text}: ${status}` : null)
    }
  }
  expect(faults.filter((fault) => fault !== null)).toEqual([])
  expect(counts()).toEqual(before)
})

test('75: no wildcard, operator or column of SQL is left of what a person types', async () => {
  for (const wildcard of ['%', '_', '%_\\', 'acme_linear%'])
    expect((await open.outpost.client.models.list({ tag: wildcard })).total).toBe(0)
  expect((await open.outpost.client.models.list({ tag: 'plain' })).total).toBe(1)

  // Every word is quoted and every quote is gone, so that no operator of the full text search is left.
  for (const text of injections)
    expect(matchExpression(text) ?? '').toMatch(/^("[\p{L}\p{N}\p{M}]+"\*( |$))*$/u)
  for (const sort of ['id; drop table models', 'm.name', '1', 'updated_at desc --', '(select 1)'])
    expect(await told(asOwner(open.outpost, `/api/models?sort=${encodeURIComponent(sort)}`))).toBe(
      '400 BAD_REQUEST',
    )
})

const pollutions = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":{"__proto__":{"polluted":true}}}',
  '{"\\u005f_proto__":{"polluted":true}}',
  '[{"__proto__":{"polluted":true}}]',
  '{"inputs":{"__proto__":{"polluted":true}},"parameters":{"__proto__":{"polluted":true}}}',
  '{"inputs":[{"name":"__proto__","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}',
  '{"inputs":{"constructor":{"prototype":{"polluted":true}}}}',
  '{"metadata":{"descriptor":{"__proto__":{"polluted":true}}}}',
  '{"artifacts":{"__proto__":"file_x","constructor":"file_y"}}',
]

const polluted = () => 'polluted' in {} || 'polluted' in Object || 'polluted' in []

/** Procedures that take a body, apart from those that take minutes to do what they are asked. */
async function procedures(): Promise<[method: string, address: string][]> {
  const document = (await (await asOwner(open.outpost, '/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { servers?: unknown }>>
  }
  return Object.entries(document.paths)
    .filter(([path]) => !/restart|samples|backup/.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'get')
        .map(([method, { servers }]): [string, string] => [
          method.toUpperCase(),
          `${servers ? '' : '/api'}${path.replaceAll(/\{\w+\}/g, '__proto__')}`,
        ]),
    )
}

test('76: no JSON becomes a member of every object, in any procedure of the API', async () => {
  const faults: string[] = []
  const headers = { 'content-type': 'application/json' }
  for (const [method, address] of await procedures())
    for (const body of pollutions) {
      const { status } = await asOwner(open.outpost, address, { method, headers, body })
      if (status >= 500 || polluted()) faults.push(`${method} ${address} ${body}: ${status}`)
    }
  for (const query of ['__proto__[x]=1', 'constructor[prototype][polluted]=1', 'a[__proto__][polluted]=1'])
    for (const path of ['/api/models', '/api/requests', '/api/jobs'])
      await asOwner(open.outpost, `${path}?${query}`)
  expect(faults).toEqual([])
  expect(polluted()).toBe(false)
  for (const fixed of [limits, errorCatalogue]) expect(Object.isFrozen(fixed)).toBe(true)
})

test('76: nor at the doors of inference, nor out of a package', async () => {
  const faults: string[] = []
  const paths = ['/v1/models/acme.linear/predict', '/v2/models/acme.linear/infer', '/v1/feedback']
  for (const body of pollutions) {
    for (const path of [...paths, '/v2/repository/index'])
      if ((await open.ask(path, body)).status >= 500) faults.push(`${path} ${body}`)
    const lines = { 'content-type': 'application/x-ndjson' }
    const answered = await (await open.ask('/v1/models/acme.linear/predict', `${body}\n`, lines)).text()
    if (/"status":5|polluted":true/.test(answered)) faults.push(`lines ${body}`)
  }
  expect(faults).toEqual([])
  // In serving, which is another process, an object that had it would answer with it.
  expect(await (await fetch(`${open.serving}/v2`)).text()).not.toContain('polluted')
  for (const text of pollutions)
    for (const schema of [packageDescriptor, modelManifest, ociIndex])
      expect(schema.safeParse(JSON.parse(text)).success).toBe(false)
  expect(polluted()).toBe(false)
})
