/** Searches that find more models than are gathered and sorted: other plans, and the same answers as plain filtering. */
import { expect, test } from 'vitest'
import { listModels, type ModelListQuery } from '../../../src-main/registry/list-models.ts'
import { forgetModel } from '../../../src-main/store/tables/model-search.ts'
import { seedRegistry } from '../../bench/seed-registry.ts'
import { dataFolder } from '../../support/data-folder.ts'

const models = 6000
const filters: Partial<ModelListQuery>[] = [
  {},
  { task: 'embedding' },
  { source: 'built' },
  { tag: 'digits' },
  { task: 'other', source: 'imported' },
  { deployed: false },
  { deployed: true },
]

test.each([
  ['every model', 0],
  ['nearly every model', 12],
])('words that %s holds: filtered, sorted, windowed and counted', async (_who, withoutEach) => {
  const { db } = await dataFolder()
  seedRegistry(db, { models, versionsEach: 1 })
  for (let at = withoutEach; at > 0 && at <= models; at += withoutEach) forgetModel(db, at)
  const list = (query: Partial<ModelListQuery>) =>
    listModels(
      db,
      { search: 'data', sort: 'id', order: 'ascending', offset: 0, limit: models, ...query },
      () => 'ready',
    )
  const found = list({}).rows
  expect(found.length).toBe(withoutEach === 0 ? models : models - models / withoutEach)
  for (const filter of filters) {
    const { task, source, tag, deployed } = filter
    const expected = found
      .filter((row) => (task ?? row.task) === row.task && (source ?? row.source) === row.source)
      .filter((row) => deployed !== true && (tag === undefined || row.tags.includes(tag)))
      .map(({ id }) => id)
    for (const offset of [0, 100, models]) {
      const page = list({ ...filter, offset, limit: 20 })
      expect({ filter, total: page.total }).toEqual({ filter, total: expected.length })
      expect(page.rows.map(({ id }) => id)).toEqual(expected.slice(offset, offset + 20))
    }
  }
})
