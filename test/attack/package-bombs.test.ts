/** Case 61: packages and archives that unpack without end, lie about their sizes, or have a million entries. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { unpackLibraries } from '../../src-main/engine/gpu-libraries.ts'
import { attackedNode, layersOf, signer } from '../support/attacked-node.ts'
import { resigned } from '../support/hostile-import.ts'
import { rawEntry } from '../support/raw-tar.ts'
import { zipOf } from '../support/zip-writer.ts'

const attacked = attackedNode()

test('61: bombs, sizes that lie and a million entries are refused before anything is taken in', async () => {
  const { codeOf, entries, hostile, original, withEntries, withRaw } = attacked
  const found: Record<string, string> = {}
  const small = zipOf({ 'bomb.bin': Buffer.alloc(1 << 20) })
  const archives: Record<string, Buffer> = {
    'a zip': small,
    'a zip of zips': zipOf({ 'a.zip': zipOf({ 'b.zip': small }) }),
    'a package in gzip': gzipSync(await readFile(original)),
    'gzip of a gibibyte of zeros': gzipSync(gzipSync(Buffer.alloc(1 << 28))),
  }
  for (const [what, bytes] of Object.entries(archives)) {
    await writeFile(hostile, bytes)
    found[what] = await codeOf()
  }
  found['a package in a package'] = await withRaw(
    rawEntry({ name: 'inner.outpost', content: await readFile(original) }),
    'last',
  )
  const sized = (bytes: number | bigint | string): Buffer => {
    if (typeof bytes === 'string') return Buffer.from(bytes.padEnd(12, '\0'), 'latin1')
    const size = Buffer.alloc(12)
    size[0] = 0x80
    size.writeBigUInt64BE(BigInt(bytes), 4)
    return size
  }
  const lies: Record<string, Buffer> = {
    'eight tebibytes': sized(2 ** 43),
    'more than a number holds': sized(2n ** 63n),
    'less than nothing': Buffer.alloc(12, 0xff),
    'no number': sized('12345xyz'),
    'no octal number': sized('0000000009'),
    nothing: sized(''),
  }
  for (const [what, size] of Object.entries(lies))
    found[`a size of ${what}`] = await withRaw(
      rawEntry({ name: 'blobs/sha256/x', content: Buffer.alloc(512), size }),
      'first',
    )
  // A size that swallows the next header hides an entry from one reader and shows it to another.
  found['an entry inside another'] = await withRaw(
    rawEntry({
      name: `blobs/sha256/${'0'.repeat(64)}`,
      content: rawEntry({ name: 'index.json', content: Buffer.from('{}') }),
    }),
    'first',
  )
  found['a size in the manifest that lies'] = await withEntries(
    resigned(entries, signer, (manifest) => {
      for (const layer of layersOf(manifest)) layer.size += 1
    }),
  )
  found['a size in the manifest beyond every limit'] = await withEntries(
    resigned(entries, signer, (manifest) => {
      for (const layer of layersOf(manifest)) layer.size = Number.MAX_SAFE_INTEGER
    }),
  )
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((what) => [what, 'PACKAGE_INVALID'])))

  let again: Buffer = Buffer.alloc(0)
  const many = createWriteStream(hostile)
  const header = (at: number) => rawEntry({ name: `blobs/sha256/${at.toString(16).padStart(64, '0')}` })
  for (let done = 0; done < 1_000_000; done += 20_000) {
    // Names that are all different as far as a reader may get, and then the same again: half a gibibyte of headers.
    const block = done === 0 ? Buffer.concat(Array.from({ length: 20_000 }, (_, at) => header(at))) : again
    again = block
    if (!many.write(block)) await once(many, 'drain')
  }
  many.end()
  await once(many, 'close')
  expect((await stat(hostile)).size).toBe(1_000_000 * 512)
  expect(await codeOf()).toBe('PACKAGE_LIMIT')
})
test('61: the one ZIP that is read, of libraries for graphics cards, is read under the same caps', async () => {
  const { folder, hostile } = attacked
  const native = 'runtimes/linux-x64/native'
  const shared = `${native}/libonnxruntime_providers_shared.so`
  const cuda = `${native}/libonnxruntime_providers_cuda.so`
  const libraries = { [shared]: Buffer.from('shared'), [cuda]: Buffer.from('cuda') }
  const take = async (bytes: Uint8Array): Promise<string> => {
    await writeFile(hostile, bytes)
    const target = await mkdtemp(join(folder, 'libraries-'))
    try {
      return (await unpackLibraries(hostile, target)).length === 2 ? 'taken' : 'some'
    } catch (error) {
      return String((error as { code?: string }).code)
    }
  }
  /** The sizes of the entry in the central directory, which is what a reader believes. */
  const claiming = (zip: Buffer, packed: number, whole: number): Buffer => {
    const changed = Buffer.from(zip)
    const at = changed.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
    changed.writeUInt32LE(packed, at + 20)
    changed.writeUInt32LE(whole, at + 24)
    return changed
  }
  const zip = zipOf(libraries)
  const other = 'x'.repeat(Buffer.byteLength(shared))
  const twice = Buffer.from(
    zipOf({ ...libraries, [other]: Buffer.from('shared') })
      .toString('latin1')
      .replaceAll(other, shared),
    'latin1',
  )
  /** The entry of the second library begins where the first does: its bytes are the other's. */
  const overlapping = Buffer.from(zip)
  overlapping.writeUInt32LE(0, zip.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + 42)
  expect({
    whole: await take(zip),
    'a name that leads out': await take(
      zipOf({ [`${native}/../../../escaped.so`]: Buffer.from('x'), ...libraries }),
    ),
    'an absolute name': await take(zipOf({ '/tmp/escaped.so': Buffer.from('x'), ...libraries })),
    'a name with a backslash': await take(zipOf({ '..\\escaped.so': Buffer.from('x'), ...libraries })),
    'a size that is too small': await take(claiming(zip, 3, 3)),
    'a size that is too large': await take(claiming(zip, 0xfffffff0, 0xfffffff0)),
    'a library twice': await take(twice),
    'a library that lies in another': await take(overlapping),
    'nine thousand entries': await take(
      zipOf({
        ...Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`x${at}`, Buffer.alloc(0)])),
        ...libraries,
      }),
    ),
  }).toEqual({
    whole: 'taken',
    'a name that leads out': 'PACKAGE_INVALID',
    'an absolute name': 'PACKAGE_INVALID',
    'a name with a backslash': 'PACKAGE_INVALID',
    'a library twice': 'PACKAGE_INVALID',
    'a size that is too small': 'PACKAGE_INVALID',
    'a size that is too large': 'PACKAGE_LIMIT',
    'a library that lies in another': 'PACKAGE_INVALID',
    'nine thousand entries': 'PACKAGE_LIMIT',
  })
})
