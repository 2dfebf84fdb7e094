/** A whole node on a disk that is full: what only reads is answered, and nobody's call brings the node down. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteKeysUsed } from '../../../src-main/flows/access/keys.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { canMountSmallDisk, smallDisk } from '../../support/small-disk.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

function fill(path: string): void {
  for (let size = 1 << 22; size >= 4096; ) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch {
      size >>= 1 // as full as a block of this size can make it
    }
  }
}

test.skipIf(!canMountSmallDisk)('keys go on to be good where their use cannot be noted', async () => {
  const disk = smallDisk(64)
  const outpost = await temporaryNode({ serving: null, dataDirectory: join(disk, 'data') })
  const { keys } = outpost.client
  const made = await keys.create({ name: 'reader', scopes: ['read'] })
  fill(join(disk, 'filler'))
  // What is left in the files of the database is used up too.
  const refusals = new Set<string>()
  for (let at = 0; at < 3000 && !refusals.has('DISK_FULL'); at++)
    refusals.add(await refusalOf(keys.create({ name: 'x'.repeat(60), scopes: ['read'] })))
  expect(refusals).toContain('DISK_FULL')

  noteKeysUsed(outpost.node.context, [made.key.id]) // as serving tells of it: a throw would end the process
  const ask = () => outpost.fetch('/api/models', { headers: { authorization: `Bearer ${made.secret}` } })
  expect((await ask()).status).toBe(200)
  rmSync(join(disk, 'filler'))
  expect((await ask()).status).toBe(200)
  expect((await keys.list({})).rows.find(({ id }) => id === made.key.id)?.lastUsedAt).not.toBeNull()
})
