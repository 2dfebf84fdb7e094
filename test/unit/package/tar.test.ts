/** The tar container: headers that any tar reads, and sizes beyond what eleven octal digits hold. */
import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readTarHeader, tarHeader } from '../../../src-main/package/archive/tar.ts'
import { test } from '../../support/package-folder.ts'

const sizes = [0, 1, 511, 512, 2 ** 31, 8 * 2 ** 30 - 1, 8 * 2 ** 30, 3 * 2 ** 40]

test('a header gives back what it was made of', () => {
  for (const bytes of sizes) {
    expect(readTarHeader(tarHeader('blobs/sha256/ab', bytes), 0)).toEqual({
      name: 'blobs/sha256/ab',
      bytes,
      kind: 'file',
    })
  }
})

test('GNU tar reads a file of ten gibibytes', ({ folder }) => {
  const bytes = 10 * 2 ** 30
  const archive = join(folder, 'large.tar')
  writeFileSync(archive, tarHeader('large.bin', bytes))
  truncateSync(archive, 512 + bytes + 1024) // a hole: no block is written for it
  const listing = execFileSync('tar', ['--list', '--verbose', '--utc', '--file', archive], {
    encoding: 'utf8',
  })
  expect(listing).toMatch(/^-rw-r--r-- 0\/0\s+10737418240 1970-01-01 00:00 large\.bin\n$/)
})

test('a block of zeros is no entry, and a changed header is refused', () => {
  expect(readTarHeader(Buffer.alloc(512), 0)).toBeNull()
  const header = tarHeader('index.json', 100)
  header[130] = 0x37
  expect(() => readTarHeader(header, 512)).toThrow(/checksum.*at byte 512/)
})
