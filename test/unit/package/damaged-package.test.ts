/** Packages that were damaged on their way: each byte changed, and each length cut off. */
import { type FileHandle, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { scanTar } from '../../../src-main/package/archive/scan-tar.ts'
import { countingSink, packedPackage, refusal, test } from '../../support/package-folder.ts'

/** What a reader learns, with the order of nothing left to chance. */
async function contents(path: string): Promise<string> {
  const sink = countingSink()
  const { digest, files, signature } = await openPackage(path, { sink })
  return JSON.stringify([digest, files, signature?.publisher, signature?.fingerprint, sink.stored.toSorted()])
}

test('any byte changed is refused, or changes nothing', async ({ folder, signer }) => {
  const path = await packedPackage(folder, signer)
  const whole = await readFile(path)
  const expected = await contents(path)
  const file = await open(path, 'r+')
  const tolerated = await bytesOfNoMeaning(file, whole.length)
  for (let at = 0; at < whole.length; at++) {
    await file.write(Buffer.of((whole[at] ?? 0) ^ (1 << (at % 8))), 0, 1, at)
    let found = ''
    const code = await refusal(async () => {
      found = await contents(path)
    })
    await file.write(whole, at, 1, at)
    if (code !== 'accepted')
      expect(code, `byte ${at}`).toMatch(/^(PACKAGE_|SIGNATURE_INVALID$|DESCRIPTOR_INVALID$)/)
    else expect({ at, found, isTolerated: tolerated(at) }).toEqual({ at, found: expected, isTolerated: true })
  }
  await file.close()
}, 120_000)

/**
 * Where a change may go unseen: white space around a header's checksum, and the parts of index.json that are advice to
 * other tools (tag, artifact type). The rest is under a digest, a checksum or the signature, or has to be zero.
 */
async function bytesOfNoMeaning(file: FileHandle, bytes: number): Promise<(at: number) => boolean> {
  const extents = await scanTar(file, bytes)
  const ranges = [...extents.values()].map(({ offset }) => [offset - 512 + 148, offset - 512 + 156] as const)
  const index = extents.get('index.json')
  if (index) ranges.push([index.offset, index.offset + index.bytes])
  return (at) => ranges.some(([start, end]) => at >= start && at < end)
}

test('cut off anywhere, it is refused', async ({ folder, signer }) => {
  const path = await packedPackage(folder, signer)
  for (let length = (await readFile(path)).length - 1; length >= 0; length--) {
    await truncate(path, length)
    expect(await refusal(() => openPackage(path)), `${length} bytes`).toBe('PACKAGE_INVALID')
  }
}, 60_000)

test('zeros after the end, as GNU tar fills its records, are taken', async ({ folder, signer }) => {
  const path = await packedPackage(folder, signer)
  const bytes = await readFile(path)
  await writeFile(path, Buffer.concat([bytes, Buffer.alloc(10_240 - (bytes.length % 10_240))]))
  expect((await openPackage(path)).digest).toMatch(/^sha256:/)
})
