/** A disk that fills up: DISK_FULL in words, nothing half, and everything goes on once there is room. */
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyAuditChain } from '../../../src-main/audit/verify-chain.ts'
import { backUp } from '../../../src-main/store/backup.ts'
import { storedBlobs } from '../../../src-main/store/blobs/blob-collect.ts'
import { inTransaction } from '../../../src-main/store/sqlite.ts'
import { setSetting } from '../../../src-main/store/tables/settings.ts'
import { countVersions } from '../../../src-main/store/tables/versions.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { by, chunks, install } from '../../support/registration.ts'
import { canMountSmallDisk, smallDisk } from '../../support/small-disk.ts'

const full = expect.objectContaining({ code: 'DISK_FULL' })
const files = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()

async function* random(mebibytes: number) {
  for (let at = 0; at < mebibytes; at++) yield randomBytes(1 << 20)
}

describe.skipIf(!canMountSmallDisk)(
  'a full disk (skipped where a small tmpfs cannot be mounted: it takes root on Linux)',
  () => {
    test('an import that does not fit leaves nothing; a smaller one fits after', async () => {
      const folder = await dataFolder(join(smallDisk(12), 'data'))
      const before = files(folder.path)
      await expect(folder.blobs.begin().write(random(20))).rejects.toThrow(full)
      expect(files(folder.path).filter((name) => name.endsWith('.partial'))).toEqual([])
      expect(await Array.fromAsync(storedBlobs(folder.path))).toEqual([])
      expect(files(folder.path).filter((name) => name.startsWith('node'))).toEqual(
        before.filter((name) => name.startsWith('node')),
      )
      await folder.blobs.begin().write(random(4))
    })

    test('a registration that does not fit is not there at all; with room it goes on', async () => {
      const disk = smallDisk(12)
      const folder = await dataFolder(join(disk, 'data'))
      await install(folder)
      const filler = join(disk, 'filler')
      const fill = () => {
        for (let size = 1 << 22; size >= 4096; ) {
          try {
            writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
          } catch {
            size >>= 1 // the disk is as full as a block of this size can make it
          }
        }
      }
      fill()
      const large = { card: 'README.md', change: { releaseNotes: 'x'.repeat(60_000) } }
      let registered = 1
      await expect(
        (async () => {
          for (; registered < 100; registered++)
            await install(folder, { ...large, id: `acme.m${registered}` })
        })(),
      ).rejects.toThrow(full)
      expect(() =>
        inTransaction(folder.db, () => setSetting(folder.db, 'large', 'x'.repeat(2_000_000))),
      ).toThrow(full)
      expect(countVersions(folder.db)).toBe(registered)
      expect(verifyAuditChain(folder.db)).toMatchObject({ outcome: 'intact', entries: registered })
      rmSync(filler)
      await install(folder, { ...large, id: 'acme.after' })
      expect(countVersions(folder.db)).toBe(registered + 1)
      expect(folder.db.pragma('integrity_check', { simple: true })).toBe('ok')
    })

    test('a backup that does not fit leaves nothing', async () => {
      const folder = await dataFolder()
      await install(folder, {}, { 'model.onnx': 'x'.repeat(6_000_000) })
      const target = join(smallDisk(4), 'backup')
      await expect(backUp(folder.blobs, target, { at: by.at })).rejects.toThrow(full)
      expect(readdirSync(join(target, '..'))).toEqual([])
      await folder.blobs.begin().write(chunks('goes on'))
    })
  },
)
