/** Packages that somebody built to do harm: each is refused by a code, before anything of it is kept. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { tarHeader } from '../../../src-main/package/archive/tar.ts'
import { addModel } from '../../support/onnx-writer.ts'
import { countingSink, packedPackage, refusal, test } from '../../support/package-folder.ts'
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
      change: (entries) => withListed(entries, 2),
    },
    'an index of ten thousand manifests': {
      code: 'PACKAGE_INVALID',
      change: (entries) => withListed(entries, 10_000),
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
      change: onEachLayer((layer) => {
        layer.mediaType = 'application/vnd.cncf.model.weight.v1.tar+gzip'
      }),
    },
    'a path out of the folder': {
      code: 'PACKAGE_PATH',
      change: onEachLayer((layer) => {
        layer.annotations = { 'org.cncf.model.filepath': '../escaped' }
      }),
    },
    'a path twice': {
      code: 'PACKAGE_PATH',
      change: onEachLayer((layer) => {
        layer.annotations = { 'org.cncf.model.filepath': 'model.onnx' }
      }),
    },
    'a size that lies': {
      code: 'PACKAGE_INVALID',
      change: onEachLayer((layer) => {
        layer.size = 3
      }),
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
      const path = await packedPackage(folder, signer)
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
    const path = await packedPackage(folder, signer)
    const bytes = await readFile(path)
    tarHeader('oci-layout', 2 ** 44).copy(bytes)
    await writeFile(path, bytes)
    expect(await refusal(() => openPackage(path))).toBe('PACKAGE_INVALID')
  })

  test('something after the end', async ({ folder, signer }) => {
    const path = await packedPackage(folder, signer)
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

test.for([
  ['an ONNX model', addModel(), 'outpost pack MODEL.onnx'],
  ['a ZIP archive', Buffer.from('PK\u0003\u0004'.padEnd(2048, '\0')), 'pack the folder'],
  ['compressed with gzip', gzipSync('a tar'), 'gunzip'],
] as const)('what is %s says what to do with it', async ([name, bytes, hint], { folder }) => {
  await writeFile(join(folder, 'x'), bytes)
  await expect(openPackage(join(folder, 'x'))).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: `The file is ${name} and no package.`,
    hint: expect.stringContaining(hint),
  })
})

function replaced(entries: readonly Entry[], name: string, content: Buffer): Entry[] {
  return entries.map((entry) => (entry.header.name === name ? { ...entry, content } : entry))
}

/** Its one manifest, listed so many times. */
function withListed(entries: readonly Entry[], times: number): Entry[] {
  const index = parsed(entries, 'index.json')
  const [listed] = index.manifests as unknown[]
  const changed = { ...index, manifests: Array(times).fill(listed) }
  return replaced(entries, 'index.json', Buffer.from(JSON.stringify(changed)))
}

const onEachLayer = (change: (layer: Record<string, unknown>) => void) => (entries: Entry[]) =>
  withManifest(entries, (manifest) => {
    for (const layer of manifest.layers as Record<string, unknown>[]) change(layer)
  })

test('the tools of these tests change what they say and nothing else', async ({ folder, signer }) => {
  const path = await packedPackage(folder, signer)
  const entries = await entriesOf(path)
  await writeEntries(
    path,
    withManifest(entries, () => undefined),
  )
  const opened = await openPackage(path)
  expect(opened.signature).toBeNull()
  expect(opened.digest).toBe(digestOf(opened.manifestBytes))
})
