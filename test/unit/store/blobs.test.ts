/** The content-addressed store: what is written is what was announced, and what is used is never taken away. */
import { chmodSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src-main/base/digest.ts'
import { collectBlobs, storedBlobs } from '../../../src-main/store/blobs/blob-collect.ts'
import { blobFolder, blobPath } from '../../../src-main/store/blobs/blob-paths.ts'
import { blobBytes, createBlobStore, readBlob, verifyBlob } from '../../../src-main/store/blobs/blobs.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { chunks, install } from '../../support/registration.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const everything = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
async function digests(dataDir: string): Promise<string[]> {
  const found: string[] = []
  for await (const digest of storedBlobs(dataDir)) found.push(digest)
  return found.toSorted()
}

describe('writing', () => {
  test('any cut of a stream gives the same blob, read-only and whole', async () => {
    const dataDir = temporaryFolder()
    const store = createBlobStore(dataDir)
    const cuts = fc.array(fc.uint8Array({ maxLength: 3_000_000, minLength: 0 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(cuts, async (parts) => {
        const whole = Buffer.concat(parts)
        const copied = await store.begin().write(
          (async function* () {
            yield* parts
          })(),
        )
        expect(copied).toEqual({ digest: sha256(whole), bytes: whole.byteLength })
        expect(readFileSync(blobPath(dataDir, copied.digest)).equals(whole)).toBe(true)
        expect(statSync(blobPath(dataDir, copied.digest)).mode & 0o777).toBe(0o444)
      }),
      { numRuns: 25 },
    )
  })

  test('a sender may fill its chunk anew once it is asked for the next', async () => {
    const store = createBlobStore(temporaryFolder())
    const fills = [1, 2, 3, 4, 5, 6]
    const source = async function* () {
      const chunk = Buffer.alloc(700_000)
      for (const value of fills) yield chunk.fill(value)
    }
    const whole = Buffer.concat(fills.map((value) => Buffer.alloc(700_000, value)))
    expect((await store.begin().write(source())).digest).toBe(sha256(whole))
  })

  test('PACKAGE_DIGEST: other bytes than announced leave nothing', async () => {
    const dataDir = temporaryFolder()
    const intake = createBlobStore(dataDir).begin()
    await expect(intake.write(chunks('one'), { digest: sha256('two') })).rejects.toThrow(
      code('PACKAGE_DIGEST'),
    )
    expect(everything(blobFolder(dataDir))).toEqual([])
  })

  test('a stream that fails or is cancelled leaves nothing', async () => {
    const dataDir = temporaryFolder()
    const intake = createBlobStore(dataDir).begin()
    const failing = async function* () {
      yield Buffer.alloc(3_000_000)
      throw new Error('torn')
    }
    await expect(intake.write(failing())).rejects.toThrow('torn')
    const controller = new AbortController()
    const endless = async function* () {
      for (;;) {
        controller.abort()
        yield Buffer.alloc(2_000_000)
      }
    }
    await expect(intake.write(endless(), { signal: controller.signal })).rejects.toThrow(/abort/i)
    expect(everything(blobFolder(dataDir))).toEqual([])
  })

  test('many writers of the same blob at once are all right', async () => {
    const dataDir = temporaryFolder()
    const store = createBlobStore(dataDir)
    const text = 'x'.repeat(2_500_000)
    const results = await Promise.all(Array.from({ length: 12 }, () => store.begin().write(chunks(text))))
    expect(new Set(results.map(({ digest }) => digest))).toEqual(new Set([sha256(text)]))
    expect(everything(blobFolder(dataDir))).toHaveLength(1)
    expect(await verifyBlob(dataDir, sha256(text))).toBe('intact')
  })

  test('adopting takes the file itself, copies one that has another name, and refuses a symbolic link', async () => {
    const folder = temporaryFolder()
    const store = createBlobStore(join(folder, 'data'))
    const own = join(folder, 'own')
    writeFileSync(own, 'own')
    const inode = statSync(own).ino
    const { digest } = await store.begin().adopt(own)
    expect(statSync(blobPath(store.dataDir, digest)).ino).toBe(inode)
    expect(everything(folder)).toHaveLength(1)

    const shared = join(folder, 'shared')
    writeFileSync(shared, 'shared')
    linkSync(shared, join(folder, 'other name'))
    const copied = await store.begin().adopt(shared)
    writeFileSync(join(folder, 'other name'), 'chang!')
    expect(await verifyBlob(store.dataDir, copied.digest)).toBe('intact')
    await expect(store.begin().adopt(join(folder, 'missing'))).rejects.toThrow(/ENOENT/)

    writeFileSync(own, 'again')
    await expect(store.begin().adopt(own, { digest: sha256('else') })).rejects.toThrow(code('PACKAGE_DIGEST'))
    expect(readFileSync(own, 'utf8')).toBe('again')
  })
})

describe('reading', () => {
  test('gives verified bytes, or says that they are damaged, missing or too many', async () => {
    const dataDir = temporaryFolder()
    const { digest } = await createBlobStore(dataDir).begin().write(chunks('weights'))
    expect((await readBlob(dataDir, digest, 100)).toString()).toBe('weights')
    expect(await blobBytes(dataDir, digest)).toBe(7)
    expect(await blobBytes(dataDir, sha256('other'))).toBeNull()
    await expect(readBlob(dataDir, digest, 3)).rejects.toThrow(code('PAYLOAD_TOO_LARGE'))
    await expect(readBlob(dataDir, sha256('other'), 3)).rejects.toThrow(code('ARTIFACT_CORRUPT'))
    chmodSync(blobPath(dataDir, digest), 0o644)
    writeFileSync(blobPath(dataDir, digest), 'weighty')
    await expect(readBlob(dataDir, digest, 100)).rejects.toThrow(code('ARTIFACT_CORRUPT'))
  })

  test.each([
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    '../../../etc/passwd',
    `sha256:../${'a'.repeat(61)}`,
    `sha512:${'a'.repeat(64)}`,
  ])('%s never becomes a path', (digest) =>
    expect(() => blobPath('/data', digest)).toThrow(code('NAME_INVALID')),
  )
})

describe('collecting', () => {
  test('takes what nothing refers to, and says how much', async () => {
    const folder = await dataFolder()
    await install(folder, {}, { 'model.onnx': 'kept' })
    const loose = folder.blobs.begin()
    await loose.write(chunks('loose'))
    loose.end()
    expect(await collectBlobs(folder.db, folder.blobs)).toEqual({ blobs: 1, bytesFreed: 5 })
    expect(await digests(folder.path)).toEqual([sha256('kept')])
    expect(await collectBlobs(folder.db, folder.blobs)).toEqual({ blobs: 0, bytesFreed: 0 })
  })

  test('never takes what an intake wrote or keeps, nor anything during a backup', async () => {
    const folder = await dataFolder()
    const writer = folder.blobs.begin()
    await writer.write(chunks('written'))
    const keeper = folder.blobs.begin()
    expect(await keeper.keep(sha256('written'))).toBe(true)
    expect(await keeper.keep(sha256('never there'))).toBe(false)
    expect((await collectBlobs(folder.db, folder.blobs)).blobs).toBe(0)
    writer.end()
    writer.end()
    expect((await collectBlobs(folder.db, folder.blobs)).blobs).toBe(0)
    const release = folder.blobs.holdAll()
    keeper.end()
    expect((await collectBlobs(folder.db, folder.blobs)).blobs).toBe(0)
    release()
    expect((await collectBlobs(folder.db, folder.blobs)).blobs).toBe(1)
  })

  test('imports and collections at once lose nothing that ends up registered', async () => {
    const folder = await dataFolder()
    let importing = true
    const collecting = (async () => {
      while (importing) {
        await collectBlobs(folder.db, folder.blobs)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        install(
          folder,
          { id: `acme.m${at}` },
          { 'model.onnx': `weights ${at % 5}`, 'README.md': `card ${at}` },
        ),
      ),
    )
    importing = false
    await collecting
    await collectBlobs(folder.db, folder.blobs)
    expect(await digests(folder.path)).toHaveLength(25)
  })
})
