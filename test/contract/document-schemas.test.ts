/** The published JSON Schemas of the signed documents: who may read them, and that they judge as the product does. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentKind, licensePayload } from '../../src-main/contract/license/documents.ts'
import { licensePayload as licenseOf, termsOf } from '../support/licenses.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let authorization: string

beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  const { secret } = await outpost.client.keys.create({ name: 'reader', scopes: ['read'] })
  authorization = `Bearer ${secret}`
})
afterAll(() => outpost[Symbol.asyncDispose]())

const ask = (file: string, headers = { authorization }) => outpost.fetch(`/api/schemas/${file}`, { headers })

test('each kind of document has its schema, for whoever may read', async () => {
  for (const kind of documentKind.options) {
    const answer = await ask(`${kind}.json`)
    expect(answer.headers.get('content-type')).toContain('application/schema+json')
    const schema = (await answer.json()) as object
    expect(schema).toMatchObject({ $id: `urn:outpost:schema:${kind}:1`, type: 'object' })
    expect(() => new Ajv2020({ strict: false, validateFormats: false }).compile(schema)).not.toThrow()
  }
  expect((await ask('license.json', { authorization: '' })).status).toBe(401)
  for (const other of ['licence.json', 'license', '__proto__.json', 'license.json.json'])
    expect((await ask(other)).status, other).toBe(404)
})

test('the schema accepts what the product accepts and refuses what it refuses', async () => {
  const schema = (await (await ask('license.json')).json()) as object
  const judge = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  const whole = licenseOf()
  const cases: [what: string, value: unknown][] = [
    ['a whole license', whole],
    ['defaults left out', { ...whole, crit: undefined, emergency: undefined, contact: undefined }],
    ['a member that nobody knows', { ...whole, colour: 'red' }],
    ['another version of the form', { ...whole, ver: 2 }],
    ['no terms', { ...whole, terms: undefined }],
    ['a fraction of a second', { ...whole, iat: 1.5 }],
    [
      'a country in lower case',
      { ...whole, terms: termsOf('DEVELOPER', { geography: { allow: ['de'], basis: 'declared' } }) },
    ],
    ['a quota below zero', { ...whole, terms: { ...whole.terms, quota: { ...whole.terms.quota, max: -1 } } }],
    ['an unknown price', { ...whole, terms: { ...whole.terms, price: { kind: 'barter' } } }],
  ]
  for (const [what, value] of cases) {
    const plain: unknown = JSON.parse(JSON.stringify(value))
    expect(judge(plain), what).toBe(licensePayload.safeParse(plain).success)
  }
})
