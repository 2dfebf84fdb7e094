/** What a caller may send that is no usable request: each is refused by name, none changes anything or reaches a fault. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, postJson, told } from '../../support/handed-over.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const deep = (depth: number) => `{"model":${'['.repeat(depth)}${']'.repeat(depth)}}`

describe.each(['/api/deployments', '/models/register', '/api/keys'])('JSON at %s', (path) => {
  test.each<[string, string, string]>([
    ['a list', '[1]', '400 BAD_REQUEST'],
    ['a number', '7', '400 BAD_REQUEST'],
    ['null', 'null', '400 BAD_REQUEST'],
    ['no JSON', '{"a":', '400 JSON_INVALID'],
    ['__proto__', '{"__proto__":{"scopes":["admin"]},"name":"x"}', '400 JSON_INVALID'],
    ['a key that stands twice', '{"name":"a","name":"b","scopes":["read"]}', '400 JSON_INVALID'],
    ['a depth of 10 000', deep(10_000), '400 JSON_INVALID'],
    ['a depth of a million', deep(1_000_000), '400 JSON_INVALID'],
    ['5 MB', `{"name":"${'x'.repeat(5_000_000)}"}`, '413 PAYLOAD_TOO_LARGE'],
  ])('%s', async (_name, body, expected) => {
    expect(await told(postJson(outpost, path, body))).toBe(expected)
  })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
  'a body of the type "%s", which a page can send without asking, is refused',
  async (type) => {
    const answer = asOwner(outpost, '/api/keys', {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'name=x&scopes[]=admin',
    })
    expect(await told(answer)).toBe('415 UNSUPPORTED_MEDIA_TYPE')
    expect(await outpost.client.keys.list({})).toEqual({ rows: [], total: 0 })
  },
)

test.each([
  '__proto__[polluted]=1',
  'constructor[prototype][polluted]=1',
  'a[__proto__][polluted]=1',
  `${'a[b]'.repeat(500)}=1`,
])('a query of %s changes no object but its own', async (query) => {
  await asOwner(outpost, `/api/models?${query}`)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test.each([
  ['" OR 1=1 --'],
  ["'; drop table models; --"],
  ['NEAR(a b'],
  ['a* AND (b'],
  ['{title}: x'],
  ['%_\\'],
  ['\u0000'],
  ['"'.repeat(256)],
  ['('.repeat(256)],
])('a search for %j is a search', async (search) => {
  expect((await outpost.client.models.list({ search })).total).toBe(0)
})

test.each([
  ['GET', '/api/models?sort=id;drop table models', '400 BAD_REQUEST'],
  ['GET', '/api/models?limit=501', '400 BAD_REQUEST'],
  ['GET', '/api/models?offset=-1', '400 BAD_REQUEST'],
  ['GET', '/api/models?limit=1e9', '400 BAD_REQUEST'],
  ['GET', `/api/models/acme.x/versions/${'9'.repeat(129)}`, '400 BAD_REQUEST'],
  ['GET', '/api/models/..%2f..%2fetc', '400 BAD_REQUEST'],
  ['GET', '/api/packages/..%2f..%2fetc/passwd', '404 MODEL_NOT_FOUND'],
  ['GET', '/api/jobs/1', '400 BAD_REQUEST'],
  ['GET', '/%00', '404 NOT_FOUND'],
  ['GET', '/..%2f..%2fetc%2fpasswd', '404 NOT_FOUND'],
  ['GET', '/api/models/%E0%A4%A', '400 BAD_REQUEST'],
  ['DELETE', '/api/status', '404 NOT_FOUND'],
  ['POST', '/models/unknown', '404 NOT_FOUND'],
])('%s %s is %s', async (method, path, expected) => {
  expect(await told(asOwner(outpost, path, { method }))).toBe(expected)
})

test('an answer outside the contract is a fault of the node, in the log and not on the caller', async () => {
  const { jobId } = await outpost.client.models.verify({})
  await outpost.ended(jobId)
  outpost.node.context.db.prepare('update jobs set progress = 7 where id = ?').run(jobId)
  const answer = await asOwner(outpost, `/api/jobs/${jobId}`)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'INTERNAL', detail: 'The node failed on this request.' })
})
