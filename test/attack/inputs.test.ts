/**
 * Cases 74 to 77: texts that want to be something else: a line of the log, a command of the terminal, a piece of SQL, a
 * member of every object, or work without end for a regular expression.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { meaningOf } from '../../src-main/base/version-reference.ts'
import { errorCatalogue } from '../../src-main/contract/errors.ts'
import { limits } from '../../src-main/contract/limits.ts'
import { modelManifest, ociIndex } from '../../src-main/contract/model-pack.ts'
import { packageDescriptor } from '../../src-main/contract/package.ts'
import { ownSigner } from '../../src-main/flows/access/publishers.ts'
import { matchExpression } from '../../src-main/store/tables/model-search.ts'
import { commandsOn } from '../support/commands-in-process.ts'
import { grpcClient } from '../support/grpc-client.ts'
import { asOwner, handOver, postJson, register, told } from '../support/handed-over.ts'
import { importAttempt, redescribed } from '../support/hostile-import.ts'
import { packedPackage } from '../support/package-folder.ts'
import { exchange, request, statusesOf } from '../support/raw-http.ts'
import { linearModel } from '../support/served-models.ts'
import { entriesOf, writeEntries } from '../support/tar-surgery.ts'
import { startWholeNode, temporaryFolder, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let folder: string
let key: string
let serving: string

beforeAll(async () => {
  outpost = await startWholeNode({
    logLevel: 'debug',
    listen: { host: '127.0.0.1', port: 0, portFixed: false, tls: null, behindProxy: false },
    serving: { host: '127.0.0.1', port: 0, portFixed: false, grpc: { port: 0, portFixed: false }, tls: null },
  })
  folder = await temporaryFolder()
  serving = outpost.node.addresses().servingUrl ?? ''
  await outpost.client.publishers.rename({ name: 'acme' })
  const metadata = {
    descriptor: {
      summary: 'Three scores of four numbers.',
      task: 'other',
      owner: { name: 'Ada' },
      license: { spdx: 'Apache-2.0' },
      tags: ['plain'],
    },
  }
  const files = { 'model.onnx': linearModel(4, 3) }
  const made = await register(outpost, { model_name: 'acme.linear', version: '1.0.0', metadata }, files)
  expect(made.status).toBe(201)
  await outpost.client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
  key = (await outpost.client.keys.create({ name: 'all', scopes: ['admin', 'infer'] })).secret
})
afterAll(async () => {
  await outpost[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const bearer = () => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })
const ask = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(serving + path, { method: 'POST', headers: { ...bearer(), ...headers }, body })

async function logs(): Promise<string> {
  const directory = outpost.node.context.paths.logs
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log'))
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))).join('')
}

/** A line of its own, colours, a cleared screen, another title, and every character that ends a line somewhere. */
const evil =
  'x\r\n{"level":60,"msg":"forged"}\u001b[31m\u001b[2J\u001b]0;title\u0007\u009b31m\u2028\u2029\u0085\u000b\u000c\u0000\u007f\u202e"'
/** What a header may carry of it. */
const evilHeader = 'x{"level":60,"msg":"forged"}\t[31m"'

test('74: what callers choose is never a line, a colour or the end of JSON in a log', async () => {
  await outpost.client.keys.create({ name: evil, scopes: ['read'] })
  await asOwner(outpost, `/api/files?name=${encodeURIComponent(evil)}`, { method: 'PUT', body: 'x' })
  const handle = await handOver(outpost, evil, 'no package')
  expect(await told(postJson(outpost, '/api/packages/inspect', { handle }))).toMatch(/^4/)
  await asOwner(outpost, `/${encodeURIComponent(evil)}`)
  await asOwner(outpost, `/api/models/${encodeURIComponent(evil)}`)
  await postJson(outpost, '/api/deployments', { model: evil, version: evil })
  for (const headers of [
    { 'user-agent': evilHeader },
    { 'outpost-session': evilHeader },
    { traceparent: evilHeader },
  ])
    await ask(
      `/v1/models/${encodeURIComponent(evil)}@${encodeURIComponent(evil)}/predict`,
      '{"inputs":[1]}',
      headers,
    )
  await ask('/v2/models/acme.linear/infer', JSON.stringify({ id: evil, inputs: [{ name: evil }] }))
  const client = grpcClient(outpost.node.addresses().grpcAddress ?? '', key)
  await client.call('ModelReady', { name: evil, version: evil })
  client.close()
  outpost.node.context.log.warn({ [evil]: evil, err: new Error(evil) }, evil)
  await expect.poll(logs).toContain('forged')

  const written = await logs()
  const lines = written.trimEnd().split('\n')
  const parsed = lines.map((line) => JSON.parse(line) as { level: number; msg: string })
  expect(parsed.some(({ msg }) => msg === evil)).toBe(true)
  expect(parsed.filter(({ level }) => level >= 60)).toEqual([])
  expect([...written].filter((char) => char !== '\n' && /\p{Cc}|\u2028|\u2029/u.test(char))).toEqual([])
})

test('74: no secret stands in a log, in whatever field it was logged', async () => {
  const { secrets, log } = outpost.node.context
  const guessed = 'opk_guessed-by-someone-0123456789'
  await fetch(`${serving}/v1/models`, { headers: { authorization: `Bearer ${guessed}` } })
  await outpost.fetch('/api/models', { headers: { authorization: `Bearer ${guessed}` } })
  await outpost.fetch(`/api/models?key=${key}`, { headers: { cookie: `outpost_login=${guessed}` } })
  log.error({ headers: { authorization: key }, request: { body: { password: guessed } } }, 'careless')
  log.error(
    { request: { options: { headers: { cookie: guessed, authorization: `Bearer ${key}` } } } },
    'deep',
  )
  log.error(
    { err: Object.assign(new Error('failed'), { config: { headers: { authorization: key } } }) },
    'error',
  )
  await expect.poll(logs).toContain('"msg":"error"')
  const written = await logs()
  const kept = [key, guessed, secrets.ownerToken, secrets.internalKey, secrets.pepper.toString('hex')]
  expect(kept.filter((secret) => written.includes(secret))).toEqual([])
  expect(written).toContain('[redacted]')
})

test('74: a package of a stranger steers no terminal', async () => {
  const signer = ownSigner(outpost.node.context)
  const original = await packedPackage(folder, signer)
  const told = (text: string) =>
    text
      .replace('"Adder"', JSON.stringify(`Adder${evil}`))
      .replace('"Adds four numbers to four numbers."', JSON.stringify(evil))
      .replace('"First."', JSON.stringify(evil))
  const changed = redescribed(await entriesOf(original), signer, told)
  const path = await writeEntries(join(folder, 'evil.outpost'), changed)
  expect(await importAttempt(outpost, path)).toMatchObject({ code: 'imported' })
  const run = commandsOn(join(folder, 'data'))
  const remote = ['--url', outpost.node.addresses().controlUrl ?? '']
  const outputs = [
    await run('inspect', path),
    await run('validate', path),
    await run('import', path),
    await run('inspect', join(folder, evil.replaceAll('\0', ''))),
    await run('deploy', evil),
    await run(evil),
  ]
  process.env.OUTPOST_KEY = key
  try {
    for (const command of ['models', 'versions acme.adder', 'keys list', 'deployments'])
      outputs.push(await run(...command.split(' '), ...remote))
  } finally {
    delete process.env.OUTPOST_KEY
  }
  const written = outputs.map(({ out, errors }) => out + errors).join('')
  expect(written).toContain('Adder')
  expect(
    [...written].filter((char) => !'\n\t'.includes(char) && /\p{Cc}|[\u202a-\u202e]/u.test(char)),
  ).toEqual([])
})

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
  const answer = await asOwner(outpost, `${path}?${name}=${encodeURIComponent(text)}`)
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
        outpost.node.context.db.prepare<[], { n: number }>(`select count(*) as n from ${table}`).get()?.n,
    )
  const before = counts()
  const faults: Array<string | null> = []
  for (const text of injections) {
    for (const [path, names] of filters)
      for (const name of names) faults.push(await faultOfFilter(path, name, text))
    for (const path of ['/api/models/X', '/api/models/X/versions/1.0.0', '/api/jobs/X', '/api/receipts/X']) {
      const { status } = await asOwner(outpost, path.replace('X', encodeURIComponent(text)))
      faults.push(status >= 500 ? `${path} ${text}: ${status}` : null)
    }
  }
  expect(faults.filter((fault) => fault !== null)).toEqual([])
  expect(counts()).toEqual(before)
})

test('75: no wildcard, operator or column of SQL is left of what a person types', async () => {
  for (const wildcard of ['%', '_', '%_\\', 'acme_linear%'])
    expect((await outpost.client.models.list({ tag: wildcard })).total).toBe(0)
  expect((await outpost.client.models.list({ tag: 'plain' })).total).toBe(1)

  // Every word is quoted and every quote is gone, so that no operator of the full text search is left.
  for (const text of injections)
    expect(matchExpression(text) ?? '').toMatch(/^("[\p{L}\p{N}\p{M}]+"\*( |$))*$/u)
  for (const sort of ['id; drop table models', 'm.name', '1', 'updated_at desc --', '(select 1)'])
    expect(await told(asOwner(outpost, `/api/models?sort=${encodeURIComponent(sort)}`))).toBe(
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
  const document = (await (await asOwner(outpost, '/api/openapi.json')).json()) as {
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
      const { status } = await asOwner(outpost, address, { method, headers, body })
      if (status >= 500 || polluted()) faults.push(`${method} ${address} ${body}: ${status}`)
    }
  for (const query of ['__proto__[x]=1', 'constructor[prototype][polluted]=1', 'a[__proto__][polluted]=1'])
    for (const path of ['/api/models', '/api/requests', '/api/jobs'])
      await asOwner(outpost, `${path}?${query}`)
  expect(faults).toEqual([])
  expect(polluted()).toBe(false)
  for (const fixed of [limits, errorCatalogue]) expect(Object.isFrozen(fixed)).toBe(true)
})

test('76: nor at the doors of inference, nor out of a package', async () => {
  const faults: string[] = []
  const paths = ['/v1/models/acme.linear/predict', '/v2/models/acme.linear/infer', '/v1/feedback']
  for (const body of pollutions) {
    for (const path of [...paths, '/v2/repository/index'])
      if ((await ask(path, body)).status >= 500) faults.push(`${path} ${body}`)
    const lines = { 'content-type': 'application/x-ndjson' }
    const answered = await (await ask('/v1/models/acme.linear/predict', `${body}\n`, lines)).text()
    if (/"status":5|polluted":true/.test(answered)) faults.push(`lines ${body}`)
  }
  expect(faults).toEqual([])
  // In serving, which is another process, an object that had it would answer with it.
  expect(await (await fetch(`${serving}/v2`)).text()).not.toContain('polluted')
  for (const text of pollutions)
    for (const schema of [packageDescriptor, modelManifest, ociIndex])
      expect(schema.safeParse(JSON.parse(text)).success).toBe(false)
  expect(polluted()).toBe(false)
})

/** Which expressions a text came to while something ran, apart from those that only look for the marks of JSON. */
async function expressionsThatSaw(charsMin: number, run: () => unknown): Promise<string[]> {
  const seen = new Set<string>()
  const { exec, test: judge } = RegExp.prototype
  const watch = (pattern: RegExp, text: unknown) => {
    if (typeof text === 'string' && text.length >= charsMin) seen.add(pattern.source)
  }
  RegExp.prototype.exec = function (text) {
    watch(this, text)
    return exec.call(this, text)
  }
  RegExp.prototype.test = function (text) {
    watch(this, text)
    return judge.call(this, text)
  }
  try {
    await run()
  } finally {
    Object.assign(RegExp.prototype, { exec, test: judge })
  }
  return [...seen]
}

const long = 100_000
const longOnes: Record<string, string> = {
  'a range without end': `>=1.0.0${' || >=1.0.0'.repeat(long / 11)}`,
  'a range of spaces': `^1.0.0${' '.repeat(long)}x`,
  'a range of dashes': `1.0.0-${'a-'.repeat(long / 2)}!`,
  'a range of digits': `1.0.${'9'.repeat(long)}`,
  'a prerelease of zeros': `1.0.0-${'0'.repeat(long)}.`,
  'a prerelease of parts': `1.0.0-${'0.'.repeat(long / 2)}`,
  'build metadata': `1.0.0+${'a.'.repeat(long / 2)}`,
  'x after x': 'x.'.repeat(long / 2),
  tildes: '~'.repeat(long),
  'an alias': 'a'.repeat(long),
}

test('77: a version of 100 000 characters is refused by its length, before any grammar looks at it', async () => {
  for (const [what, text] of Object.entries(longOnes))
    expect([what, await expressionsThatSaw(1000, () => expect(meaningOf(text)).toBeNull())]).toEqual([
      what,
      [],
    ])

  const asked: Record<string, (version: string) => Promise<Response>> = {
    deploy: (version) => postJson(outpost, '/api/deployments', { model: 'acme.linear', version }),
    playground: (version) =>
      postJson(outpost, '/api/playground/infer', { model: 'acme.linear', version, inputs: [1, 2, 3, 4] }),
    policy: (version) =>
      asOwner(outpost, '/api/deployments/acme.linear/policy', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ policy: { rules: [{ name: 'a', header: 'x', values: [], version }] } }),
      }),
    register: (version) =>
      postJson(outpost, '/models/register', { model_name: 'acme.x', version, artifacts: {} }),
  }
  for (const [what, call] of Object.entries(asked))
    for (const text of Object.values(longOnes)) {
      let answered = ''
      const seen = await expressionsThatSaw(90_000, async () => {
        answered = await told(call(text))
      })
      expect([what, answered]).toEqual([what, '400 BAD_REQUEST'])
      // What reads JSON, decodes an address or puts a refusal into words goes over it once, whatever it is.
      expect(seen.filter((source) => !linear.has(source))).toEqual([])
    }
  // In an address there is no room for so much: the listener takes 16 KiB of it at most.
  const control = outpost.node.addresses().controlUrl ?? ''
  for (const text of Object.values(longOnes)) {
    const path = `/api/models/acme.linear/versions/${encodeURIComponent(text)}`
    const answered = await exchange(control, request(`GET ${path} HTTP/1.1`, ['host: localhost']))
    expect([[431], []]).toContainEqual(statusesOf(answered))
  }
})
const linear = new Set(['["{}[\\]]', '[\\uD800-\\uDBFF]'])

test('77: at the doors of inference, on the command line and in packages it is refused as well', async () => {
  for (const text of Object.values(longOnes)) {
    const path = `/v1/models/acme.linear@${encodeURIComponent(text)}/predict`
    const answered = await exchange(
      serving,
      request(`POST ${path} HTTP/1.1`, [
        'host: localhost',
        `authorization: Bearer ${key}`,
        'content-length: 0',
      ]),
    )
    expect([[431], []]).toContainEqual(statusesOf(answered))
  }
  const client = grpcClient(outpost.node.addresses().grpcAddress ?? '', key)
  for (const text of Object.values(longOnes)) {
    // NOT_FOUND: there is no version of that name.
    expect((await client.call('ModelReady', { name: 'acme.linear', version: text })).code).not.toBe(2)
    const input = { name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }
    const inferred = { model_name: 'acme.linear', model_version: text, inputs: [input] }
    expect((await client.call('ModelInfer', inferred)).code).toBe(5)
  }
  client.close()
  const run = commandsOn(join(folder, 'data'))
  for (const text of Object.values(longOnes))
    expect((await run('deploy', `acme.linear@${text}`)).code).toBeGreaterThan(0)

  const signer = ownSigner(outpost.node.context)
  const original = await packedPackage(folder, signer)
  const entries = await entriesOf(original)
  const fields: Record<string, (text: string) => string> = {
    version: (text) => text.replace('"1.0.0"', JSON.stringify(longOnes['a prerelease of parts'])),
    license: (text) => text.replace('"Apache-2.0"', JSON.stringify(`${'('.repeat(long)}MIT`)),
    id: (text) => text.replace('"acme.adder"', JSON.stringify(`acme.${'a-'.repeat(long / 2)}`)),
    tag: (text) =>
      text.replace('{', `{"tags":[${JSON.stringify('a-'.repeat(long / 2))}],`).replace(/,"tags":\[\]/, ''),
  }
  for (const [what, change] of Object.entries(fields)) {
    const path = await writeEntries(join(folder, 'long.outpost'), redescribed(entries, signer, change))
    expect([what, (await importAttempt(outpost, path)).code]).toEqual([what, 'DESCRIPTOR_INVALID'])
  }
})

test('77: a search of any length is a bounded number of quoted words', async () => {
  expect(await told(asOwner(outpost, `/api/models?search=${'a '.repeat(200)}`))).toBe('400 BAD_REQUEST')
  for (const text of ['a '.repeat(long), 'a'.repeat(long), '"'.repeat(long), `${'a'.repeat(long)}*`]) {
    const words = (matchExpression(text) ?? '').split(' ').filter(Boolean)
    expect(words.length).toBeLessThanOrEqual(16)
  }
})
