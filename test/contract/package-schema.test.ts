/** The published JSON Schema of outpost.json: what it is made of, and that it judges as the product does. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { packageDescriptor } from '../../src-main/contract/package.ts'
import { descriptor } from '../support/package-folder.ts'

const published = '../../resources/schemas/outpost-package.schema.json'

const schema = {
  $id: 'urn:outpost:schema:package:1',
  title: 'outpost.json: the description of a model version',
  ...z.toJSONSchema(packageDescriptor, { io: 'input', target: 'draft-2020-12' }),
}

test('the published schema is the one that the product checks by (vitest -u writes it anew)', async () => {
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published)
})

test('the schema accepts what the product accepts and refuses what it refuses', () => {
  const judge = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  const cases: [what: string, value: unknown][] = [
    ['a whole description', descriptor()],
    ['the pointer of an editor', descriptor({ $schema: 'outpost-package.schema.json' })],
    ['an unknown field', { ...descriptor(), colour: 'red' }],
    ['no id', { ...descriptor(), id: undefined }],
    ['an id with capitals', descriptor({ id: 'Acme.face' })],
    ['an id without a publisher', descriptor({ id: 'face' })],
    ['a version with a v', descriptor({ version: 'v1.0.0' })],
    ['a version with a leading zero', descriptor({ version: '1.02.0' })],
    ['a score above one', descriptor({ evaluation: { overall: { accuracy: 1.2 } } })],
    ['an unknown input kind', { ...descriptor(), inputs: [{ kind: 'sound', tensor: 'x' }] }],
  ]
  for (const [what, value] of cases) {
    const plain: unknown = JSON.parse(JSON.stringify(value))
    expect(judge(plain), what).toBe(packageDescriptor.safeParse(plain).success)
  }
})
