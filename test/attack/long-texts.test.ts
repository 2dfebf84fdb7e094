/**
 * Case 77: texts that want to be work without end for a regular expression. What is counted is which expressions saw a
 * text at all: its length is looked at first.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { meaningOf } from '../../src-main/base/version-reference.ts'
import { ownSigner } from '../../src-main/flows/access/publishers.ts'
import { matchExpression } from '../../src-main/store/tables/model-search.ts'
import { commandsOn } from '../support/commands-in-process.ts'
import { grpcClient } from '../support/grpc-client.ts'
import { asOwner, postJson, told } from '../support/handed-over.ts'
import { importAttempt, redescribed } from '../support/hostile-import.ts'
import { openNode } from '../support/open-node.ts'
import { packedPackage } from '../support/package-folder.ts'
import { exchange, request, statusesOf } from '../support/raw-http.ts'
import { entriesOf, writeEntries } from '../support/tar-surgery.ts'

const open = openNode()

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
    deploy: (version) => postJson(open.outpost, '/api/deployments', { model: 'acme.linear', version }),
    playground: (version) =>
      postJson(open.outpost, '/api/playground/infer', {
        model: 'acme.linear',
        version,
        inputs: [1, 2, 3, 4],
      }),
    policy: (version) =>
      asOwner(open.outpost, '/api/deployments/acme.linear/policy', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ policy: { rules: [{ name: 'a', header: 'x', values: [], version }] } }),
      }),
    register: (version) =>
      postJson(open.outpost, '/models/register', { model_name: 'acme.x', version, artifacts: {} }),
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
  const control = open.control
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
      open.serving,
      request(`POST ${path} HTTP/1.1`, [
        'host: localhost',
        `authorization: Bearer ${open.key}`,
        'content-length: 0',
      ]),
    )
    expect([[431], []]).toContainEqual(statusesOf(answered))
  }
  const client = grpcClient(open.grpc, open.key)
  for (const text of Object.values(longOnes)) {
    // NOT_FOUND: there is no version of that name.
    expect((await client.call('ModelReady', { name: 'acme.linear', version: text })).code).not.toBe(2)
    const input = { name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }
    const inferred = { model_name: 'acme.linear', model_version: text, inputs: [input] }
    expect((await client.call('ModelInfer', inferred)).code).toBe(5)
  }
  client.close()
  const run = commandsOn(join(open.folder, 'data'))
  for (const text of Object.values(longOnes))
    expect((await run('deploy', `acme.linear@${text}`)).code).toBeGreaterThan(0)

  const signer = ownSigner(open.outpost.node.context)
  const original = await packedPackage(open.folder, signer)
  const entries = await entriesOf(original)
  const fields: Record<string, (text: string) => string> = {
    version: (text) => text.replace('"1.0.0"', JSON.stringify(longOnes['a prerelease of parts'])),
    license: (text) => text.replace('"Apache-2.0"', JSON.stringify(`${'('.repeat(long)}MIT`)),
    id: (text) => text.replace('"acme.adder"', JSON.stringify(`acme.${'a-'.repeat(long / 2)}`)),
    tag: (text) =>
      text.replace('{', `{"tags":[${JSON.stringify('a-'.repeat(long / 2))}],`).replace(/,"tags":\[\]/, ''),
  }
  for (const [what, change] of Object.entries(fields)) {
    const path = await writeEntries(join(open.folder, 'long.outpost'), redescribed(entries, signer, change))
    expect([what, (await importAttempt(open.outpost, path)).code]).toEqual([what, 'DESCRIPTOR_INVALID'])
  }
})

test('77: a search of any length is a bounded number of quoted words', async () => {
  expect(await told(asOwner(open.outpost, `/api/models?search=${'a '.repeat(200)}`))).toBe('400 BAD_REQUEST')
  for (const text of ['a '.repeat(long), 'a'.repeat(long), '"'.repeat(long), `${'a'.repeat(long)}*`]) {
    const words = (matchExpression(text) ?? '').split(' ').filter(Boolean)
    expect(words.length).toBeLessThanOrEqual(16)
  }
})
