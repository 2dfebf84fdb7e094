/** Registering: what goes in, what is refused, and what is computed against the versions beside it. */
import { describe, expect, test } from 'vitest'
import { verifyAuditChain } from '../../../src-main/audit/verify-chain.ts'
import { findModelDetail } from '../../../src-main/registry/list-models.ts'
import { listVersions } from '../../../src-main/registry/list-versions.ts'
import { registerVersion } from '../../../src-main/registry/register.ts'
import { existingVersion } from '../../../src-main/registry/registration-rules.ts'
import { removeVersion } from '../../../src-main/registry/remove.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { listAuditEntries } from '../../../src-main/store/tables/audit-entries.ts'
import { referencedBlobs, unreferencedRows } from '../../../src-main/store/tables/blob-rows.ts'
import { countModels } from '../../../src-main/store/tables/models.ts'
import { countVersions } from '../../../src-main/store/tables/versions.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { by, type DescriptorChange, descriptor, install, registration } from '../../support/registration.ts'

const stopped = () => 'stopped' as const
const minor = (version: string, more: DescriptorChange = {}): DescriptorChange => ({
  ...more,
  version,
  change: { type: 'minor' },
})
const evaluated = (accuracy: number) => ({
  evaluation: { overall: { accuracy, custom: { f1: accuracy / 2 } } },
})

test('R22: the same bytes again change nothing, other bytes and another data version are refused', async () => {
  const folder = await dataFolder()
  const first = await install(folder, { dataVersion: 'data.7' })
  expect(first).toMatchObject({ outcome: 'registered', model: 'acme.digits', version: '1.0.0+data.7' })
  expect(await install(folder, { dataVersion: 'data.7' })).toEqual({ ...first, outcome: 'same' })
  const other = registration(descriptor({ dataVersion: 'data.7', summary: 'Other.' }))
  expect(() => registerVersion(folder.db, other, by)).toThrow(
    expect.objectContaining({ code: 'VERSION_EXISTS' }),
  )
  expect(existingVersion(folder.db, other.descriptor, other.manifestDigest)).toBe('different')
  const otherData = registration(descriptor({ dataVersion: 'data.8' }))
  expect(() => registerVersion(folder.db, otherData, by)).toThrow(/another data version/)
  const twice = registration(descriptor({ version: '1.1.0+data.9', dataVersion: 'data.8' }))
  expect(() => registerVersion(folder.db, twice, by)).toThrow(
    expect.objectContaining({ code: 'DESCRIPTOR_INVALID' }),
  )
  expect(countVersions(folder.db)).toBe(1)
})

test('what is refused leaves nothing, not even a new model', async () => {
  const folder = await dataFolder()
  await install(folder)
  const before = listAuditEntries(folder.db, {}, { offset: 0, limit: 10 }).total
  const wrong = registration(descriptor({ version: '1.0.1', change: { type: 'minor' } }))
  expect(() => registerVersion(folder.db, wrong, by)).toThrow(
    expect.objectContaining({ code: 'VERSION_RULE' }),
  )
  const noGuide = registration(descriptor({ version: '2.0.0' }))
  expect(() => registerVersion(folder.db, noGuide, by)).toThrow(
    expect.objectContaining({ code: 'MIGRATION_GUIDE_MISSING' }),
  )
  expect([countModels(folder.db), countVersions(folder.db), unreferencedRows(folder.db)]).toEqual([1, 1, []])
  expect(listAuditEntries(folder.db, {}, { offset: 0, limit: 10 }).total).toBe(before)
})

describe('R12, R17: figures move against the version below', () => {
  test('also when that one comes later, and when it goes', async () => {
    const folder = await dataFolder()
    await install(folder, evaluated(0.9))
    await install(folder, minor('1.2.0', evaluated(0.95)))
    const rows = () => listVersions(folder.db, 'acme.digits', { offset: 0, limit: 10 }, stopped).rows
    expect(rows()[0]).toMatchObject({ predecessor: '1.0.0', benchmarkDeltas: { accuracy: 0.05, f1: 0.025 } })
    await install(folder, minor('1.1.0', evaluated(0.93)))
    expect(rows().map(({ version, predecessor }) => [version, predecessor])).toEqual([
      ['1.2.0', '1.1.0'],
      ['1.1.0', '1.0.0'],
      ['1.0.0', null],
    ])
    expect(rows()[0]?.benchmarkDeltas).toEqual({ accuracy: 0.02, f1: 0.01 })
    removeVersion(folder.db, 'acme.digits', '1.1.0', by)
    expect(rows()[0]).toMatchObject({ predecessor: '1.0.0', benchmarkDeltas: { accuracy: 0.05 } })
  })
})

test('R14, R42: a model shows its newest release and its stable one', async () => {
  const folder = await dataFolder()
  await install(folder, { version: '0.9.0' })
  expect(findModelDetail(folder.db, 'acme.digits', stopped)).toMatchObject({
    latest: '0.9.0',
    stable: null,
    versions: 1,
  })
  const guided = { change: { type: 'major', migrationGuide: 'GUIDE.md' } } as const
  await install(folder, { version: '1.0.0', title: 'Digits one', ...guided })
  await install(folder, { version: '2.0.0-rc.1', title: 'Digits two', ...guided })
  expect(findModelDetail(folder.db, 'acme.digits', stopped)).toMatchObject({
    title: 'Digits one',
    latest: '1.0.0',
    stable: '1.0.0',
    versions: 3,
    owner: { name: 'Ada' },
    publisher: { trust: 'unsigned' },
  })
  const [newest] = listVersions(folder.db, 'acme.digits', { offset: 0, limit: 1 }, stopped).rows
  expect(newest).toMatchObject({ version: '2.0.0-rc.1', prerelease: true, aliases: [] })
})

test('a version is registered with its files, its documents and an entry in the record', async () => {
  const folder = await dataFolder()
  const { versionId } = await install(folder, {}, { 'model.onnx': 'weights', 'a/b.txt': 'weights' })
  expect(referencedBlobs(folder.db)).toHaveLength(1)
  const resolved = resolveVersion(folder.db, 'acme.digits', 'latest')
  expect(resolved).toMatchObject({ version: { id: versionId, bytes: 14 }, rule: 'alias latest' })
  expect(listAuditEntries(folder.db, {}, { offset: 0, limit: 1 }).rows[0]).toMatchObject({
    action: 'version.register',
    object: 'acme.digits@1.0.0',
    actor: 'owner',
  })
  expect(verifyAuditChain(folder.db)).toMatchObject({ outcome: 'intact', entries: 1 })
})

test('MODEL_NOT_FOUND, VERSION_NOT_FOUND and NAME_INVALID are told apart; a choice can be limited', async () => {
  const folder = await dataFolder()
  const first = await install(folder)
  await install(folder, minor('1.1.0'))
  const refused = [
    ['acme.other', 'latest', 'MODEL_NOT_FOUND'],
    ['acme.digits', '9.x', 'VERSION_NOT_FOUND'],
    ['acme.digits', 'v1.0.0', 'NAME_INVALID'],
    ['acme.digits', 'x'.repeat(129), 'NAME_INVALID'],
  ] as const
  for (const [model, reference, code] of refused) {
    expect(() => resolveVersion(folder.db, model, reference)).toThrow(expect.objectContaining({ code }))
  }
  expect(resolveVersion(folder.db, 'acme.digits', '1.x').version.version).toBe('1.1.0')
  expect(resolveVersion(folder.db, 'acme.digits', '1.x', new Set([first.versionId])).version.version).toBe(
    '1.0.0',
  )
})
