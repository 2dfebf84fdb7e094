/** Backing up a running node and making a folder of it again. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src-main/base/clock.ts'
import { sha256 } from '../../../src-main/base/digest.ts'
import { openQuotaLedger } from '../../../src-main/metering/quota/ledger.ts'
import { removeVersion } from '../../../src-main/registry/remove.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { verifyVersions } from '../../../src-main/registry/verify.ts'
import { backUp } from '../../../src-main/store/backup.ts'
import { collectBlobs } from '../../../src-main/store/blobs/blob-collect.ts'
import { blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { schemaVersion } from '../../../src-main/store/migrate.ts'
import { restore } from '../../../src-main/store/restore.ts'
import { nodeId } from '../../../src-main/store/tables/meta.ts'
import { usageTotals } from '../../../src-main/store/tables/usage-hours.ts'
import { indexUsage } from '../../../src-main/store/tables/usage-index.ts'
import { type DataFolder, dataFolder } from '../../support/data-folder.ts'
import { takeMany } from '../../support/quota-ledger.ts'
import { by, install } from '../../support/registration.ts'
import { requestRow } from '../../support/request-row.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const call = (id: string) => requestRow({ id, at: by.at })

async function filled(): Promise<DataFolder> {
  const folder = await dataFolder()
  await install(folder, {}, { 'model.onnx': 'weights', 'README.md': 'card' })
  await install(folder, { id: 'acme.wine' }, { 'model.onnx': 'wine', 'README.md': 'card' })
  indexUsage(folder.usage, [call('1'), call('2')], { segment: 1, offset: 2 })
  const { keys, usage, drafts } = folder.directory.paths
  writeFileSync(join(keys, 'pepper'), 'secret')
  writeFileSync(join(usage, '00000001.seg'), 'segment')
  mkdirSync(join(drafts, 'one'))
  writeFileSync(join(drafts, 'one', 'model.onnx'), 'draft')
  return folder
}

const options = { at: by.at }

describe('a backup', () => {
  test('is what was there when it is restored, and is intact', async () => {
    const folder = await filled()
    const target = join(temporaryFolder(), 'backup')
    const seen: number[] = []
    const manifest = await backUp(folder.blobs, target, {
      ...options,
      onProgress: (done) => seen.push(done),
    })
    expect(manifest).toMatchObject({
      nodeId: nodeId(folder.db),
      schema: { node: schemaVersion(folder.db), usage: 3 },
    })
    expect(seen.at(-1)).toBe('weights'.length + 'card'.length + 'wine'.length)
    for (const { path, digest } of manifest.files)
      expect(sha256(readFileSync(join(target, path)))).toBe(digest)
    expect(readdirSync(target).toSorted()).toEqual([
      'blobs',
      'drafts',
      'keys',
      'manifest.json',
      'node.db',
      'usage',
      'usage.db',
    ])

    const restored = join(temporaryFolder(), 'restored')
    await restore(target, restored)
    const again = await dataFolder(restored)
    expect(nodeId(again.db)).toBe(nodeId(folder.db))
    expect(usageTotals(again.usage).requests).toBe(2)
    expect(resolveVersion(again.db, 'acme.wine').version.version).toBe('1.0.0')
    for await (const { intact } of verifyVersions(again.db, restored, null, by)) expect(intact).toBe(true)
    expect(readFileSync(join(restored, 'drafts', 'one', 'model.onnx'), 'utf8')).toBe('draft')
    expect(readFileSync(join(restored, 'usage', '00000001.seg'), 'utf8')).toBe('segment')
    expect(statSync(join(restored, 'keys', 'pepper')).mode & 0o777).toBe(0o600)
    expect(statSync(blobPath(restored, sha256('wine'))).mode & 0o777).toBe(0o444)
    await install(again, { id: 'acme.new' })
  })
})

test('is of one moment while versions come and go and are collected', async () => {
  const folder = await filled()
  const changes = (async () => {
    for (let at = 0; at < 15; at++) {
      await install(
        folder,
        { id: `acme.m${at}` },
        { 'model.onnx': `weights ${at}`, 'README.md': `card ${at}` },
      )
      indexUsage(folder.usage, [call(`x${at}`)], { segment: 1, offset: at })
      if (at % 2 === 0) {
        const { digests } = removeVersion(folder.db, `acme.m${at}`, '1.0.0', by)
        await collectBlobs(folder.db, folder.blobs, digests)
      }
    }
  })()
  const targets = []
  for (let at = 0; at < 4; at++) {
    const target = join(temporaryFolder(), 'backup')
    await backUp(folder.blobs, target, options)
    targets.push(target)
  }
  await changes
  for (const target of targets) await restore(target, join(temporaryFolder(), 'restored')) // checks every reference
})

test('a backup shares no byte with the folder: what changes there later does not change it', async () => {
  const folder = await filled()
  const target = join(temporaryFolder(), 'backup')
  await backUp(folder.blobs, target, options)
  const path = blobPath(folder.path, sha256('weights'))
  chmodSync(path, 0o644)
  writeFileSync(path, 'weightz')
  expect(readFileSync(blobPath(target, sha256('weights')), 'utf8')).toBe('weights')
})

test('a file that is changed or missing is left out and listed; what is restored knows of it', async () => {
  const folder = await filled()
  const path = blobPath(folder.path, sha256('weights'))
  chmodSync(path, 0o644)
  writeFileSync(path, 'weightz')
  unlinkSync(blobPath(folder.path, sha256('wine')))
  const target = join(temporaryFolder(), 'backup')
  const { damaged } = await backUp(folder.blobs, target, options)
  const file = { version: '1.0.0', path: 'model.onnx' }
  const expected = [
    { ...file, model: 'acme.digits', digest: sha256('weights'), found: 'changed' },
    { ...file, model: 'acme.wine', digest: sha256('wine'), found: 'missing' },
  ]
  const byModel = (a: { model: string }, b: { model: string }) => a.model.localeCompare(b.model)
  expect(damaged.toSorted(byModel)).toEqual(expected)
  expect(existsSync(blobPath(target, sha256('weights')))).toBe(false)

  const restored = join(temporaryFolder(), 'restored')
  expect((await restore(target, restored)).damaged).toEqual(damaged)
  const again = await dataFolder(restored)
  expect(resolveVersion(again.db, 'acme.wine').version.intact).toBe(false)
  expect(existsSync(blobPath(restored, sha256('card')))).toBe(true)
})

test('a backup is written over nothing', async () => {
  const folder = await filled()
  const target = join(temporaryFolder(), 'backup')
  mkdirSync(target)
  await expect(backUp(folder.blobs, target, options)).rejects.toThrow(code('DATA_DIR_INVALID'))
})

describe('restoring refuses', () => {
  async function backup(): Promise<string> {
    const target = join(temporaryFolder(), 'backup')
    await backUp((await filled()).blobs, target, options)
    return target
  }
  const nothingLeft = (target: string) =>
    expect(readdirSync(join(target, '..')).filter((name) => name.startsWith('restored'))).toEqual([])

  test('a folder that holds something; an empty one is taken', async () => {
    const [source, target] = [await backup(), temporaryFolder()]
    writeFileSync(join(target, 'mine'), 'mine')
    await expect(restore(source, target)).rejects.toThrow(code('DATA_DIR_INVALID'))
    expect(readFileSync(join(target, 'mine'), 'utf8')).toBe('mine')
    unlinkSync(join(target, 'mine'))
    await restore(source, target)
    expect(existsSync(join(target, 'node.db'))).toBe(true)
  })

  test.each([
    'node.db',
    'usage/00000001.seg',
    'keys/pepper',
    `blobs/sha256/${sha256('wine').slice(7, 9)}/${sha256('wine').slice(7)}`,
  ])('a backup in which %s has one byte changed, or is missing', async (name) => {
    const [source, target] = [await backup(), join(temporaryFolder(), 'restored')]
    const bytes = readFileSync(join(source, name))
    bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1
    chmodSync(join(source, name), 0o600)
    writeFileSync(join(source, name), bytes)
    await expect(restore(source, target)).rejects.toThrow(/has changed/)
    unlinkSync(join(source, name))
    await expect(restore(source, target)).rejects.toThrow(/is missing/)
    nothingLeft(target)
  })

  test('a manifest that leaves a file out, names one outside, or is of a newer build', async () => {
    const [source, target] = [await backup(), join(temporaryFolder(), 'restored')]
    const path = join(source, 'manifest.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
      files: { path: string; digest: string; bytes: number }[]
      schema: object
    }
    const attempt = (change: object) => {
      writeFileSync(path, JSON.stringify({ ...manifest, ...change }))
      return expect(restore(source, target)).rejects
    }
    await attempt({ files: manifest.files.filter((file) => !file.path.startsWith('blobs/')) }).toThrow(
      /is not in it/,
    )
    await attempt({ files: [{ path: '../outside', bytes: 1, digest: sha256('') }] }).toThrow(
      code('PACKAGE_PATH'),
    )
    await attempt({ schema: { node: 99, usage: 1 } }).toThrow(code('DATA_DIR_NEWER'))
    await attempt({ format: 2 }).toThrow(code('DATA_DIR_INVALID'))
    await attempt({ auditHead: sha256('other') }).toThrow(/audit/)
    await expect(restore(temporaryFolder(), target)).rejects.toThrow(code('DATA_DIR_INVALID'))
    nothingLeft(target)
  })
})

test('what was counted against quotas comes back with a backup, also from one of a node that counts on', async () => {
  const folder = await dataFolder()
  const options = {
    macKey: Buffer.alloc(32, 4),
    bootId: 'boot',
    time: systemClock,
    log: { warn: () => undefined },
  }
  const ledger = openQuotaLedger({ ...options, directory: folder.path })
  takeMany(ledger, 700, { limit: 1000 })
  const target = join(temporaryFolder(), 'backup')
  await backUp(folder.blobs, target, { at: '2026-11-21T12:00:00.000Z' })
  takeMany(ledger, 100, { limit: 1000 })
  ledger.close()
  const place = join(temporaryFolder(), 'restored')
  await restore(target, place)
  const restored = openQuotaLedger({ ...options, directory: place })
  expect(restored.refusal()).toBeNull()
  expect(takeMany(restored, 1000, { limit: 1000 }).admitted).toBeLessThanOrEqual(300)
  expect(restored.usage({ id: 'lic', period: '2026-11' })?.counted).toBe(1000)
  restored.close()
})
