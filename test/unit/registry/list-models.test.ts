/** The list: search, filters, sorting and windows, and that nothing typed is ever syntax. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import { listModels, type ModelListQuery } from '../../../src-main/registry/list-models.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { putEndpoint } from '../../../src-main/store/tables/endpoints.ts'
import { type DataFolder, dataFolder } from '../../support/data-folder.ts'
import { by, install } from '../../support/registration.ts'

let folder: DataFolder
beforeEach(async () => {
  folder = await dataFolder()
  await install(folder, {
    id: 'acme.digits',
    title: 'Handwritten digits',
    summary: 'Reads digits.',
    tags: ['vision', 'small'],
  })
  await install(folder, {
    id: 'acme.wine',
    title: 'wine quality',
    summary: 'Rates wine.',
    task: 'tabular-regression',
    tags: ['tabular'],
  })
  await install(
    folder,
    {
      id: 'globex.resnet-50',
      title: 'Über ResNet',
      summary: 'Names pictures.',
      tags: ['vision'],
      change: { releaseNotes: 'Tokenizer repaired.' },
    },
    undefined,
    { source: 'built' },
  )
})

const query = (change: Partial<ModelListQuery> = {}): ModelListQuery => ({
  sort: 'id',
  order: 'ascending',
  offset: 0,
  limit: 100,
  ...change,
})
const list = (change: Partial<ModelListQuery> = {}) => listModels(folder.db, query(change), () => 'ready')
const ids = (change: Partial<ModelListQuery> = {}) => list(change).rows.map(({ id }) => id)

describe('search', () => {
  test.each([
    ['digits', ['acme.digits']],
    ['DIGI', ['acme.digits']],
    ['resnet 50', ['globex.resnet-50']],
    ['resnet-50', ['globex.resnet-50']],
    ['globex.resnet-50', ['globex.resnet-50']],
    ['uber', ['globex.resnet-50']],
    ['tokenizer', ['globex.resnet-50']],
    ['vision', ['acme.digits', 'globex.resnet-50']],
    ['acme quality', ['acme.wine']],
    ['digits wine', []],
    ['regression', ['acme.wine']],
    ['   ', ['acme.digits', 'acme.wine', 'globex.resnet-50']],
    ['-', []],
    ['"', []],
  ])('%s', (search, expected) => {
    expect(ids({ search })).toEqual(expected)
    expect(ids({ search, sort: 'relevance' }).toSorted()).toEqual(expected)
  })

  test.each([
    'digits" OR "wine',
    'digits OR wine',
    'digits NOT wine',
    'name:digits',
    'digits*',
    '(digits',
    'NEAR(digits wine)',
    '{name}:digits',
    `'; drop table models; --`,
    '^digits',
    'digits + wine',
    '\0digits',
    '%',
    '_',
    'a'.repeat(256),
    '"""',
    '\\',
    '💥',
    'AND',
    'rank:1',
  ])('is no syntax: %j', (search) => {
    expect(() => list({ search })).not.toThrow()
    expect(list({ search, sort: 'relevance' }).total).toBe(ids({ search }).length)
    expect(ids()).toHaveLength(3)
  })

  test('any text at all is searched without a fault', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 256 }), (search) => void list({ search })))
  })

  test('the name weighs more than the notes', async () => {
    await install(folder, { id: 'acme.tokenizer' })
    expect(ids({ search: 'tokenizer', sort: 'relevance' })).toEqual(['acme.tokenizer', 'globex.resnet-50'])
  })
})

describe('filters, order and windows', () => {
  test('by task, tag and source, together with words', () => {
    expect(ids({ task: 'tabular-regression' })).toEqual(['acme.wine'])
    expect(ids({ tag: 'vision' })).toEqual(['acme.digits', 'globex.resnet-50'])
    expect(ids({ source: 'built' })).toEqual(['globex.resnet-50'])
    expect(ids({ tag: 'vision', source: 'imported', search: 'acme' })).toEqual(['acme.digits'])
    expect(list({ tag: 'vision', search: 'acme' }).total).toBe(1)
    expect(ids({ tag: `vision' or 1=1 --` })).toEqual([])
  })

  test('by whether it is deployed', () => {
    const { model, version } = resolveVersion(folder.db, 'acme.wine')
    putEndpoint(folder.db, {
      id: newId(),
      name: 'wine',
      modelId: model.id,
      versionId: version.id,
      executionProvider: 'auto',
      desired: 'running',
      originNode: newId(),
      at: by.at,
    })
    expect(list({ deployed: true }).rows).toMatchObject([
      { id: 'acme.wine', endpoints: [{ name: 'wine', state: 'ready' }] },
    ])
    expect(ids({ deployed: false })).toEqual(['acme.digits', 'globex.resnet-50'])
  })

  test.each([
    ['title', ['acme.digits', 'acme.wine', 'globex.resnet-50']],
    ['id', ['acme.digits', 'acme.wine', 'globex.resnet-50']],
    ['updated', ['acme.digits', 'acme.wine', 'globex.resnet-50']],
  ] as const)('by %s, both ways', (sort, expected) => {
    expect(ids({ sort })).toEqual(expected)
    expect(ids({ sort, order: 'descending' })).toEqual(expected.toReversed())
  })

  test('windows lie side by side and know the whole', () => {
    for (const sort of ['updated', 'id', 'title', 'bytes', 'versions'] as const) {
      const whole = ids({ sort })
      const parts = [0, 1, 2].flatMap((offset) => ids({ sort, offset, limit: 1 }))
      expect(parts).toEqual(whole)
    }
    expect(list({ offset: 3 })).toEqual({ rows: [], total: 3 })
  })
})

test('the words follow the newest version', async () => {
  await install(folder, {
    id: 'acme.wine',
    version: '1.1.0',
    title: 'Grape quality',
    task: 'tabular-regression',
    tags: [],
    change: { type: 'minor' },
  })
  expect(ids({ search: 'grape' })).toEqual(['acme.wine'])
  expect(ids({ tag: 'tabular' })).toEqual([])
  expect(ids({ search: 'quality' })).toEqual(['acme.wine'])
})
