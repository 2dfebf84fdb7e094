/** Removing, pinning and verifying what is registered. */
import { chmodSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src-main/base/digest.ts'
import { newId } from '../../../src-main/base/ids.ts'
import type { ValidationReport } from '../../../src-main/contract/validation.ts'
import { findVersionDetail } from '../../../src-main/registry/find-version.ts'
import { findModelDetail } from '../../../src-main/registry/list-models.ts'
import { pinAlias } from '../../../src-main/registry/pin.ts'
import { removeVersion } from '../../../src-main/registry/remove.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { verifyVersions } from '../../../src-main/registry/verify.ts'
import { collectBlobs } from '../../../src-main/store/blobs/blob-collect.ts'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { removedVersions } from '../../../src-main/store/migrations/node/0007-registry-record.ts'
import { deleteEndpoint, putEndpoint } from '../../../src-main/store/tables/endpoints.ts'
import { countModels } from '../../../src-main/store/tables/models.ts'
import { findRemovedVersion } from '../../../src-main/store/tables/removed-versions.ts'
import { findVersionById } from '../../../src-main/store/tables/versions.ts'
import { type DataFolder, dataFolder } from '../../support/data-folder.ts'
import { by, install } from '../../support/registration.ts'

const stopped = () => 'stopped' as const
const code = (name: string) => expect.objectContaining({ code: name })
const next = (version: string) => ({ version, change: { type: 'minor' as const } })

describe('remove', () => {
  test('takes the version and, once collected, the files that no other version has', async () => {
    const folder = await dataFolder()
    await install(folder, {}, { 'model.onnx': 'one', 'README.md': 'shared' })
    await install(folder, next('1.1.0'), { 'model.onnx': 'three', 'README.md': 'shared' })
    const removed = removeVersion(folder.db, 'acme.digits', '1.1.0', by)
    expect(await collectBlobs(folder.db, folder.blobs, removed.digests)).toEqual({ blobs: 1, bytesFreed: 5 })
    expect(readFileSync(blobPath(folder.path, sha256('shared')), 'utf8')).toBe('shared')
    expect(() => resolveVersion(folder.db, 'acme.digits', '1.1.0')).toThrow(code('VERSION_NOT_FOUND'))
    expect(resolveVersion(folder.db, 'acme.digits').version.version).toBe('1.0.0')
  })

  test('the last version takes the model along', async () => {
    const folder = await dataFolder()
    await install(folder)
    removeVersion(folder.db, 'acme.digits', '1.0.0', by)
    expect(countModels(folder.db)).toBe(0)
    expect((await install(folder)).outcome).toBe('registered')
  })

  test('its number stays taken: the same bytes may come back, others are refused with what had it', async () => {
    const folder = await dataFolder()
    await install(folder)
    const whole = await install(folder, next('1.1.0'))
    const digest = findVersionById(folder.db, whole.versionId)?.manifestDigest ?? ''
    removeVersion(folder.db, 'acme.digits', '1.1.0', by)
    const others = { 'model.onnx': 'other bytes' }
    await expect(install(folder, next('1.1.0'), others)).rejects.toMatchObject({
      code: 'VERSION_EXISTS',
      message: `acme.digits@1.1.0 was used by ${digest} and was deleted at ${by.at}.`,
      details: { digest, removedAt: by.at, removedBy: by.actor },
    })
    await expect(install(folder, next('1.1.0+data.2'), others)).rejects.toThrow(code('VERSION_EXISTS'))
    expect((await install(folder, next('1.1.0'))).outcome).toBe('registered')
    expect((await install(folder, next('1.2.0'), others)).outcome).toBe('registered')
  })

  test('the numbers of a model stay taken when it goes with its last version', async () => {
    const folder = await dataFolder()
    await install(folder)
    removeVersion(folder.db, 'acme.digits', '1.0.0', by)
    await expect(install(folder, {}, { 'model.onnx': 'other bytes' })).rejects.toThrow(code('VERSION_EXISTS'))
    expect((await install(folder, { id: 'acme.letters' })).outcome).toBe('registered')
    expect((await install(folder)).outcome).toBe('registered')
  })

  test('what was deleted before numbers were kept is taken from the audit record', async () => {
    const folder = await dataFolder()
    await install(folder, { version: '1.0.0+data.1' })
    removeVersion(folder.db, 'acme.digits', '1.0.0+data.1', by)
    const known = findRemovedVersion(folder.db, 'acme.digits', '1.0.0')
    folder.db.exec('drop table removed_versions')
    folder.db.exec(removedVersions)
    expect(known).not.toBeNull()
    expect(findRemovedVersion(folder.db, 'acme.digits', '1.0.0')).toEqual(known)
  })

  test('refuses what is deployed, what is pinned, and what is not exact', async () => {
    const folder = await dataFolder()
    await install(folder)
    const { model, version } = resolveVersion(folder.db, 'acme.digits')
    putEndpoint(folder.db, {
      id: newId(),
      name: 'live',
      modelId: model.id,
      versionId: version.id,
      executionProvider: 'auto',
      desired: 'stopped',
      originNode: newId(),
      at: by.at,
    })
    expect(() => removeVersion(folder.db, 'acme.digits', '1.0.0', by)).toThrow(code('VERSION_IN_USE'))
    deleteEndpoint(folder.db, 'live')
    pinAlias(folder.db, 'acme.digits', 'blue', '1.0.0', by)
    expect(() => removeVersion(folder.db, 'acme.digits', '1.0.0', by)).toThrow(code('VERSION_IN_USE'))
    pinAlias(folder.db, 'acme.digits', 'blue', null, by)
    expect(() => removeVersion(folder.db, 'acme.digits', 'latest', by)).toThrow(code('NAME_INVALID'))
    expect(() => removeVersion(folder.db, 'acme.digits', '1.x', by)).toThrow(code('NAME_INVALID'))
    expect(removeVersion(folder.db, 'acme.digits', '1.0.0', by).version).toBe('1.0.0')
  })
})

test('R42: a pinned alias stays, and moves by itself again once it is let go', async () => {
  const folder = await dataFolder()
  await install(folder)
  expect(pinAlias(folder.db, 'acme.digits', 'stable', '1.0.0', by)).toEqual([
    { alias: 'stable', version: '1.0.0' },
  ])
  await install(folder, next('1.1.0'))
  expect(resolveVersion(folder.db, 'acme.digits', 'stable').version.version).toBe('1.0.0')
  expect(findModelDetail(folder.db, 'acme.digits', stopped)).toMatchObject({
    latest: '1.1.0',
    stable: '1.0.0',
  })
  expect(pinAlias(folder.db, 'acme.digits', 'stable', null, by)).toEqual([])
  expect(findModelDetail(folder.db, 'acme.digits', stopped).stable).toBe('1.1.0')
  expect(() => pinAlias(folder.db, 'acme.digits', 'stable', null, by)).toThrow(code('VERSION_NOT_FOUND'))
  expect(() => pinAlias(folder.db, 'acme.digits', 'latest', '1.0.0', by)).toThrow(code('NAME_INVALID'))
  expect(() => pinAlias(folder.db, 'acme.digits', 'blue', '1.x', by)).toThrow(code('NAME_INVALID'))
})

describe('R108: verify', () => {
  const run = async (folder: DataFolder) => {
    const seen = []
    for await (const progress of verifyVersions(folder.db, folder.path, null, by)) seen.push(progress)
    return seen
  }
  const damage = (path: string, change: () => void) => {
    chmodSync(path, 0o644)
    change()
  }

  test('finds any one changed byte, wherever it is', async () => {
    const folder = await dataFolder()
    const text = 'The weights of a very small model.'
    await install(folder, {}, { 'model.onnx': text })
    const path = blobPath(folder.path, sha256(text))
    expect(await run(folder)).toMatchObject([{ intact: true, problems: [], done: 1, of: 1 }])
    expect(findModelDetail(folder.db, 'acme.digits', stopped).intact).toBe(true)
    const whole = Buffer.from(text)
    for (let at = 0; at < whole.byteLength; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      damage(path, () => writeFileSync(path, changed))
      expect(await run(folder)).toMatchObject([
        { intact: false, problems: [{ path: 'model.onnx', found: 'changed' }] },
      ])
    }
    expect(findModelDetail(folder.db, 'acme.digits', stopped).intact).toBe(false)
    damage(path, () => truncateSync(path, 3))
    expect((await run(folder))[0]?.intact).toBe(false)
    unlinkSync(path)
    expect(await run(folder)).toMatchObject([{ problems: [{ found: 'missing' }] }])
  })

  test('an import of the same package repairs what was damaged', async () => {
    const folder = await dataFolder()
    await install(folder, {}, { 'model.onnx': 'weights' })
    const path = blobPath(folder.path, sha256('weights'))
    damage(path, () => writeFileSync(path, 'weightz'))
    expect((await run(folder))[0]?.intact).toBe(false)
    expect((await install(folder, {}, { 'model.onnx': 'weights' })).outcome).toBe('same')
    expect(findModelDetail(folder.db, 'acme.digits', stopped).intact).toBeNull()
    expect((await run(folder))[0]?.intact).toBe(true)
  })

  test('marks each version that shares the damaged file, and keeps what it knows when it is stopped', async () => {
    const folder = await dataFolder()
    await install(folder, {}, { 'model.onnx': 'one', 'README.md': 'shared' })
    await install(folder, next('1.1.0'), { 'model.onnx': 'two', 'README.md': 'shared' })
    const path = blobPath(folder.path, sha256('shared'))
    damage(path, () => writeFileSync(path, 'other!'))
    for await (const progress of verifyVersions(folder.db, folder.path, 'acme.digits', by)) {
      expect(progress).toMatchObject({ version: '1.1.0', intact: false, done: 1, of: 2 })
      break
    }
    const detail = resolveVersion(folder.db, 'acme.digits', '1.1.0').version
    expect([detail.intact, resolveVersion(folder.db, 'acme.digits', '1.0.0').version.intact]).toEqual([
      false,
      null,
    ])
  })
})

test('one version in full: documents, labels and cases of its suite', async () => {
  const folder = await dataFolder()
  const cases = Array.from({ length: 8 }, (_, id) =>
    JSON.stringify({
      id: `case-${id}`,
      inputs: { image: id === 0 ? { file: 'one.png' } : [id] },
      expected: { label: 'one' },
    }),
  )
  await install(
    folder,
    {
      suite: 'suite.jsonl',
      data: ['one.png'],
      license: { spdx: 'MIT', file: 'LICENSE' },
      outputs: [{ kind: 'classes', tensor: 'scores', labelsFile: 'labels.txt' }],
    },
    {
      'model.onnx': 'w',
      'README.md': '# Card',
      LICENSE: 'MIT text',
      'labels.txt': 'zero\none\r\n',
      'suite.jsonl': `${cases.join('\n')}\n`,
      'one.png': 'picture',
    },
  )
  const detail = await findVersionDetail(folder.db, folder.path, 'acme.digits', 'latest', stopped)
  expect(detail).toMatchObject({
    card: '# Card',
    licenseText: 'MIT text',
    migrationGuide: null,
    labels: { scores: ['zero', 'one'] },
  })
  expect(detail.artifacts).toHaveLength(6)
  expect(detail.examples.map(({ id }) => id)).toEqual(['case-0', 'case-1', 'case-2', 'case-3', 'case-4'])
  expect(detail.examples[0]).toMatchObject({
    inputs: { image: { base64: Buffer.from('picture').toString('base64') } },
    label: 'one',
  })
})

test('examples show what a model tells apart, those first that the check found to be answered rightly', async () => {
  const folder = await dataFolder()
  const cases = ['cat', 'cat', 'cat', 'owl', 'cat', 'dog'].map((label, at) =>
    JSON.stringify({ id: `${label}-${at}`, inputs: { image: [at] }, expected: { label } }),
  )
  const shown = async (version: string, checked?: string[]) => {
    const details = { cases: 6, wrong: [], examples: checked }
    const validation: ValidationReport = {
      verdict: 'passed',
      checks: [{ name: 'cases', title: '', outcome: 'passed', message: '', details, durationMs: 1 }],
      ...{ batchSafe: null, latencyMs: null, memory: null, measured: null, at: by.at },
      runtime: { name: 'onnxruntime', version: '1.0.0' },
    }
    await install(
      folder,
      { ...next(version), suite: 'suite.jsonl' },
      { 'model.onnx': version, 'README.md': '# Card', 'suite.jsonl': `${cases.join('\n')}\n"no case"\n` },
      { validation },
    )
    const { examples } = await findVersionDetail(folder.db, folder.path, 'acme.digits', version, stopped)
    return examples.map(({ id }) => id)
  }
  expect(await shown('1.0.0')).toEqual(['cat-0', 'owl-3', 'dog-5', 'cat-1', 'cat-2'])
  expect(await shown('1.1.0', ['dog-5', 'cat-4', 'gone'])).toEqual([
    ...['dog-5', 'cat-4', 'cat-0', 'owl-3', 'cat-1'],
  ])
})
