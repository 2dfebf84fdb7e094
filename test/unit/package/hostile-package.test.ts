/** Packages that somebody broke, by accident or not: each is refused by a code, before anything of it is kept. */
import { type FileHandle, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { BlobSink } from '../../../src-main/package/blob-sink.ts'
import { openPackage } from '../../../src-main/package/open-package.ts'
import { pack } from '../../../src-main/package/pack.ts'
import { readSource } from '../../../src-main/package/read-source.ts'
import { scanTar } from '../../../src-main/package/scan-tar.ts'
import type { Signer } from '../../../src-main/package/sign-manifest.ts'
import { tarHeader } from '../../../src-main/package/tar.ts'
import { refusal, test, writeSource } from '../../support/package-folder.ts'
import {
  blob,
  digestOf,
  type Entry,
  entriesOf,
  type Header,
  parsed,
  withManifest,
  writeEntries,
} from '../../support/tar-surgery.ts'

/** Takes everything and keeps the digests. */
function countingSink(): BlobSink & { stored: string[] } {
  const stored: string[] = []
  return {
    stored,
    async write(digest, _bytes, chunks) {
      for await (const _ of chunks);
      stored.push(digest)
    },
  }
}

async function packed(folder: string, signer: Signer): Promise<string> {
  const path = join(folder, 'p.outpost')
  await pack(await readSource(await writeSource(join(folder, 's'))), { output: path, signer })
  return path
}

/** What a reader learns, with the order of nothing left to chance. */
async function contents(path: string): Promise<string> {
  const sink = countingSink()
  const { digest, files, signature } = await openPackage(path, { sink })
  return JSON.stringify([digest, files, signature?.publisher, signature?.fingerprint, sink.stored.toSorted()])
}

test('any byte changed is refused, or changes nothing', async ({ folder, signer }) => {
  const path = await packed(folder, signer)
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
  const path = await packed(folder, signer)
  for (let length = (await readFile(path)).length - 1; length >= 0; length--) {
    await truncate(path, length)
    expect(await refusal(() => openPackage(path)), `${length} bytes`).toBe('PACKAGE_INVALID')
  }
}, 60_000)

describe('refused', () => {
  const extra =
    (header: Header, content = Buffer.alloc(0)) =>
    (entries: Entry[]): Entry[] => [...entries, { header, content }]
  const cases: Record<string, { code: string; change: (entries: Entry[]) => Entry[] }> = {
    'a symbolic link': {
      code: 'PACKAGE_PATH',
      change: extra({ name: 'blobs/sha256/x', type: 'symlink', linkname: '/etc/passwd' }),
    },
    'a hard link': {
      code: 'PACKAGE_PATH',
      change: extra({ name: 'blobs/sha256/x', type: 'link', linkname: 'index.json' }),
    },
    'a device': { code: 'PACKAGE_PATH', change: extra({ name: 'blobs/sha256/x', type: 'block-device' }) },
    'a pipe': { code: 'PACKAGE_PATH', change: extra({ name: 'blobs/sha256/x', type: 'fifo' }) },
    'a pax record': {
      code: 'PACKAGE_PATH',
      change: extra({ name: 'index.json', pax: { path: '../escaped' } }),
    },
    'a long name': { code: 'PACKAGE_PATH', change: extra({ name: `${'a'.repeat(120)}/${'b'.repeat(120)}` }) },
    'a step out': { code: 'PACKAGE_PATH', change: extra({ name: '../escaped' }) },
    'an absolute path': { code: 'PACKAGE_PATH', change: extra({ name: '/etc/cron.d/escaped' }) },
    'a backslash': { code: 'PACKAGE_PATH', change: extra({ name: 'blobs\\sha256\\x' }) },
    'the same name twice': { code: 'PACKAGE_PATH', change: (entries) => [...entries, ...entries.slice(-1)] },
    'a second index': {
      code: 'PACKAGE_PATH',
      change: (entries) => [...entries, ...entries.filter(({ header }) => header.name === 'index.json')],
    },
    'a name in other case': { code: 'PACKAGE_INVALID', change: extra({ name: 'INDEX.JSON' }) },
    'a file that belongs nowhere': {
      code: 'PACKAGE_INVALID',
      change: extra({ name: 'hook.sh' }, Buffer.from('rm -rf /')),
    },
    'a blob that no one names': {
      code: 'PACKAGE_INVALID',
      change: (entries) => [...entries, blob(Buffer.from('smuggled'))],
    },
    'a blob that is missing': { code: 'PACKAGE_INVALID', change: (entries) => entries.slice(0, -1) },
    'no index': {
      code: 'PACKAGE_INVALID',
      change: (entries) => entries.filter(({ header }) => header.name !== 'index.json'),
    },
    'no layout': {
      code: 'PACKAGE_INVALID',
      change: (entries) => entries.filter(({ header }) => header.name !== 'oci-layout'),
    },
    'nothing at all': { code: 'PACKAGE_INVALID', change: () => [] },
    'other contents under a digest': {
      code: 'PACKAGE_DIGEST',
      change: (entries) =>
        entries.with(-1, {
          header: entries.at(-1)?.header ?? { name: '' },
          content: Buffer.from(entries.at(-1)?.content ?? []).reverse(),
        }),
    },
    'a signature that is no JSON': {
      code: 'SIGNATURE_INVALID',
      change: (entries) => replaced(entries, 'signature.dsse.json', Buffer.from('{')),
    },
    'a signature of another package': {
      code: 'SIGNATURE_INVALID',
      change: (entries) => [
        ...withManifest(entries, (manifest) => {
          manifest.annotations = {
            ...(manifest.annotations as object),
            'org.opencontainers.image.title': 'Changed',
          }
        }),
        ...entries.filter(({ header }) => header.name === 'signature.dsse.json'),
      ],
    },
    'two manifests': {
      code: 'PACKAGE_INVALID',
      change: (entries) => {
        const index = parsed(entries, 'index.json')
        const [listed] = index.manifests as unknown[]
        return replaced(
          entries,
          'index.json',
          Buffer.from(JSON.stringify({ ...index, manifests: [listed, listed] })),
        )
      },
    },
    'an index of ten thousand manifests': {
      code: 'PACKAGE_INVALID',
      change: (entries) => {
        const index = parsed(entries, 'index.json')
        const [listed] = index.manifests as unknown[]
        return replaced(
          entries,
          'index.json',
          Buffer.from(JSON.stringify({ ...index, manifests: Array(10_000).fill(listed) })),
        )
      },
    },
    'an index beyond the limit': {
      code: 'PACKAGE_LIMIT',
      change: (entries) => replaced(entries, 'index.json', Buffer.alloc(5 << 20, ' ')),
    },
    'JSON nested without end': {
      code: 'PACKAGE_INVALID',
      change: (entries) => replaced(entries, 'index.json', Buffer.from('['.repeat(100_000))),
    },
    'a field that is not in the manifest': {
      code: 'PACKAGE_INVALID',
      change: (entries) =>
        withManifest(entries, (manifest) => {
          manifest.extra = 1
        }),
    },
    'a layer of an unknown kind': {
      code: 'PACKAGE_INVALID',
      change: (entries) =>
        withManifest(
          entries,
          eachLayer((layer) => {
            layer.mediaType = 'application/vnd.cncf.model.weight.v1.tar+gzip'
          }),
        ),
    },
    'a path out of the folder': {
      code: 'PACKAGE_PATH',
      change: (entries) =>
        withManifest(
          entries,
          eachLayer((layer) => {
            layer.annotations = { 'org.cncf.model.filepath': '../escaped' }
          }),
        ),
    },
    'a path twice': {
      code: 'PACKAGE_PATH',
      change: (entries) =>
        withManifest(
          entries,
          eachLayer((layer) => {
            layer.annotations = { 'org.cncf.model.filepath': 'model.onnx' }
          }),
        ),
    },
    'a size that lies': {
      code: 'PACKAGE_INVALID',
      change: (entries) =>
        withManifest(
          entries,
          eachLayer((layer) => {
            layer.size = 3
          }),
        ),
    },
    'another version than described': {
      code: 'PACKAGE_INVALID',
      change: (entries) =>
        withManifest(entries, (manifest) => {
          manifest.annotations = {
            ...(manifest.annotations as object),
            'org.opencontainers.image.version': '9.9.9',
          }
        }),
    },
    'more entries than a package may have': {
      code: 'PACKAGE_LIMIT',
      change: (entries) => [
        ...entries,
        ...Array.from({ length: 4200 }, (_, at) => blob(Buffer.from(String(at)))),
      ],
    },
  }
  for (const [what, { code, change }] of Object.entries(cases)) {
    test(what, async ({ folder, signer }) => {
      const path = await packed(folder, signer)
      await writeEntries(path, change(await entriesOf(path)))
      const sink = countingSink()
      expect(await refusal(() => openPackage(path, { sink }))).toBe(code)
      // Only a wrong digest is found while contents are taken; the blob itself is never given to its end.
      if (code !== 'PACKAGE_DIGEST') expect(sink.stored).toEqual([])
    })
  }

  test('a size that claims more than the file has, before memory is taken for it', async ({
    folder,
    signer,
  }) => {
    const path = await packed(folder, signer)
    const bytes = await readFile(path)
    tarHeader('oci-layout', 2 ** 44).copy(bytes)
    await writeFile(path, bytes)
    expect(await refusal(() => openPackage(path))).toBe('PACKAGE_INVALID')
  })

  test('something after the end', async ({ folder, signer }) => {
    const path = await packed(folder, signer)
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('smuggled')]))
    expect(await refusal(() => openPackage(path))).toBe('PACKAGE_INVALID')
  })

  test('what is no tar at all', async ({ folder }) => {
    for (const content of ['', 'hello', 'PK\u0003\u0004'.padEnd(2048, '\0'), 'x'.repeat(100_000)]) {
      await writeFile(join(folder, 'x'), content, 'latin1')
      expect(await refusal(() => openPackage(join(folder, 'x')))).toBe('PACKAGE_INVALID')
    }
    expect(await refusal(() => openPackage(folder))).toBe('PACKAGE_INVALID')
    expect(await refusal(() => openPackage(join(folder, 'absent')))).toBe('PACKAGE_INVALID')
  })
})

test('zeros after the end, as GNU tar fills its records, are taken', async ({ folder, signer }) => {
  const path = await packed(folder, signer)
  const bytes = await readFile(path)
  await writeFile(path, Buffer.concat([bytes, Buffer.alloc(10_240 - (bytes.length % 10_240))]))
  expect((await openPackage(path)).digest).toMatch(/^sha256:/)
})

function replaced(entries: readonly Entry[], name: string, content: Buffer): Entry[] {
  return entries.map((entry) => (entry.header.name === name ? { ...entry, content } : entry))
}

const eachLayer =
  (change: (layer: Record<string, unknown>) => void) => (manifest: Record<string, unknown>) => {
    for (const layer of manifest.layers as Record<string, unknown>[]) change(layer)
  }

test('the tools of these tests change what they say and nothing else', async ({ folder, signer }) => {
  const path = await packed(folder, signer)
  const entries = await entriesOf(path)
  await writeEntries(
    path,
    withManifest(entries, () => undefined),
  )
  const opened = await openPackage(path)
  expect(opened.signature).toBeNull()
  expect(opened.digest).toBe(digestOf(opened.manifestBytes))
})
