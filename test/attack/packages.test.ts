/**
 * Cases 59 to 62: packages built to do harm, sent to a whole node. Each is looked into and imported as a person would
 * who trusts the key that signed it, and each is refused by a code and leaves nothing behind.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { unpackLibraries } from '../../src-main/engine/gpu-libraries.ts'
import { importAttempt, leftBehind, redescribed, resigned } from '../support/hostile-import.ts'
import { packedPackage } from '../support/package-folder.ts'
import { insertRaw, paxRecord, rawEntry } from '../support/raw-tar.ts'
import { blob, type Entry, entriesOf, parsed, writeEntries } from '../support/tar-surgery.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'
import { zipOf } from '../support/zip-writer.ts'

const signer = { publisher: 'acme', privateKey: generateSigningKey() }
let outpost: WholeNode
let folder: string
let original: string
let entries: Entry[]

beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  folder = await mkdtemp(join(tmpdir(), 'outpost-attack-'))
  original = await packedPackage(folder, signer)
  entries = await entriesOf(original)
})
afterAll(async () => {
  await outpost[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
const imported = 'the package that all of these are made of is imported: what is refused is what was changed'
afterEach(async ({ task }) => {
  if (task.name === imported) return
  expect(await leftBehind(outpost)).toEqual([])
  // Where the paths of these packages lead, had anything followed them.
  for (const place of ['escaped', '../escaped', '../../escaped'])
    await expect(access(join(outpost.dataDirectory, 'blobs', place))).rejects.toThrow()
})

const hostile = join(tmpdir(), `outpost-hostile-${process.pid}.outpost`)
afterAll(() => rm(hostile, { force: true }))

const codeOf = async (path = hostile): Promise<string> => (await importAttempt(outpost, path)).code

/** The package with blocks put in that no tar program writes. */
async function withRaw(blocks: Buffer, where: 'first' | 'last'): Promise<string> {
  await writeFile(hostile, await readFile(original))
  await insertRaw(hostile, blocks, where)
  return codeOf()
}
const withEntries = async (changed: Entry[]): Promise<string> => codeOf(await writeEntries(hostile, changed))

type Layer = { mediaType: string; digest: string; size: number; annotations: Record<string, string> }
const filePath = 'org.cncf.model.filepath'
const layersOf = (manifest: Record<string, unknown>) => manifest.layers as Layer[]

/** Names that leave their folder somewhere, or that mean two things. */
const hostileNames: Record<string, string> = {
  'a step out': '../escaped',
  'a step out inside': 'blobs/../../escaped',
  'a step in place': 'docs/./escaped',
  'an absolute path': '/tmp/escaped',
  'a drive letter': 'C:escaped',
  'a drive': 'C:/escaped',
  'a UNC path': '\\\\server\\share\\escaped',
  'a UNC path with slashes': '//server/share/escaped',
  'a device path of Windows': '\\\\?\\C:\\escaped',
  'a backslash': 'docs\\escaped',
  'a step out with backslashes': '..\\..\\escaped',
  'a trailing dot': 'escaped.',
  'a trailing space': 'escaped ',
  'a folder with a trailing dot': 'docs./escaped',
  'a stream of NTFS': 'CARD.md:escaped',
  'the main stream of NTFS': 'CARD.md::$DATA',
  'a reserved name': 'nul',
  'a reserved name with an extension': 'aux.md',
  'a reserved name in a folder': 'docs/com1',
  'a reserved name with a superscript': 'lpt³.txt',
  'decomposed Unicode': 'cafe\u0301.md',
  'a line break': 'CARD\n.md',
  'an escape sequence': '\u001b[2JCARD.md',
}

test('59: a name that leaves its folder, or that two systems read differently, is refused', async () => {
  const found: Record<string, string[]> = {}
  const expected: Record<string, string[]> = {}
  for (const [what, name] of Object.entries({ ...hostileNames, 'a NUL': 'CARD.md\0.txt' })) {
    const inManifest = resigned(entries, signer, (manifest) => {
      for (const { annotations } of layersOf(manifest).filter(
        ({ annotations }) => annotations[filePath] === 'CARD.md',
      ))
        annotations[filePath] = name
    })
    const inDescription = redescribed(
      entries,
      signer,
      (text) => text.replace('"CARD.md"', JSON.stringify(name)),
      (manifest) => {
        for (const { annotations } of layersOf(manifest))
          if (annotations[filePath] === 'CARD.md') annotations[filePath] = name
      },
    )
    found[what] = [await withEntries(inManifest), await withEntries(inDescription)]
    expected[what] = ['PACKAGE_PATH', 'PACKAGE_PATH']
    // In a header of tar a NUL ends the name, so such a name cannot stand there.
    if (name.includes('\0')) continue
    found[what].push(await withRaw(rawEntry({ name }), 'first'), await withRaw(rawEntry({ name }), 'last'))
    // The names of the tar itself are of ASCII: any other belongs to no part of the layout.
    const code = [...name].every((char) => char < '\u0080') ? 'PACKAGE_PATH' : 'PACKAGE_INVALID'
    expected[what].push(code, code)
  }
  expect(found).toEqual(expected)
})

test('60: a tar holds plain files, and nothing that is a way to another place', async () => {
  const name = 'blobs/sha256/x'
  const links: Record<string, Buffer> = {
    'a hard link': rawEntry({ name, type: '1', linkName: 'index.json' }),
    'a hard link out': rawEntry({ name, type: '1', linkName: '../../../../etc/passwd' }),
    // The node-tar bypasses of 2026: a link whose target is absolute, or is a link that came before it.
    'a hard link to an absolute path': rawEntry({ name, type: '1', linkName: '/etc/passwd' }),
    'a symbolic link': rawEntry({ name, type: '2', linkName: '/etc/passwd' }),
    'a symbolic link in the place of a folder': rawEntry({ name: 'blobs', type: '2', linkName: '/tmp' }),
    'a symbolic link, then a hard link through it': Buffer.concat([
      rawEntry({ name: 'blobs/sha256/a', type: '2', linkName: '/etc' }),
      rawEntry({ name: 'blobs/sha256/b', type: '1', linkName: 'blobs/sha256/a/passwd' }),
    ]),
    'a symbolic link under the name of a document': rawEntry({
      name: 'index.json',
      type: '2',
      linkName: '/etc/passwd',
    }),
    'a character device': rawEntry({ name, type: '3' }),
    'a block device': rawEntry({ name, type: '4' }),
    'a pipe': rawEntry({ name, type: '6' }),
    'a sparse file of GNU': rawEntry({ name, type: 'S' }),
    'a long name of GNU': rawEntry({
      name: '././@LongLink',
      type: 'L',
      content: Buffer.from('../escaped\0'),
    }),
    'a long link name of GNU': rawEntry({ name: '././@LongLink', type: 'K', content: Buffer.from('/etc\0') }),
    'a pax record that renames the next file': rawEntry({
      name: 'PaxHeaders/x',
      type: 'x',
      content: paxRecord('path', '../escaped'),
    }),
    'a pax record that makes the next file a link': rawEntry({
      name: 'PaxHeaders/x',
      type: 'x',
      content: paxRecord('linkpath', '/etc/passwd'),
    }),
    'a pax record that changes the next size': rawEntry({
      name: 'PaxHeaders/x',
      type: 'x',
      content: paxRecord('size', '1'),
    }),
    'a pax record for all files': rawEntry({
      name: 'PaxHeaders/g',
      type: 'g',
      content: paxRecord('path', '../escaped'),
    }),
    'a pax record of a sparse file': rawEntry({
      name: 'PaxHeaders/x',
      type: 'x',
      content: paxRecord('GNU.sparse.name', '../escaped'),
    }),
    'a folder that no package has': rawEntry({ name: 'hooks/', type: '5' }),
    'a name that a prefix leads out': rawEntry({ name: 'escaped', prefix: '..' }),
    'a name that a prefix makes absolute': rawEntry({ name: 'escaped', prefix: '/tmp' }),
  }
  const strange: Record<string, Buffer> = {
    'a contiguous file': rawEntry({ name, type: '7' }),
    'a volume label': rawEntry({ name, type: 'V' }),
    'a folder of GNU with its list': rawEntry({ name, type: 'D' }),
    'the rest of a file of another volume': rawEntry({ name, type: 'M' }),
    'an ACL of Solaris': rawEntry({ name, type: 'A' }),
    'a pax record of Solaris': rawEntry({ name, type: 'X', content: paxRecord('path', '../escaped') }),
    'a kind that nobody knows': rawEntry({ name, type: '\u00ff' }),
    'a folder with contents': rawEntry({ name: 'blobs/', type: '5', content: Buffer.from('hidden') }),
  }
  const found: Record<string, string[]> = {}
  for (const [what, blocks] of Object.entries({ ...links, ...strange }))
    found[what] = [await withRaw(blocks, 'first'), await withRaw(blocks, 'last')]
  const expected = Object.fromEntries([
    ...Object.keys(links).map((what) => [what, ['PACKAGE_PATH', 'PACKAGE_PATH']]),
    ...Object.keys(strange).map((what) => [what, ['PACKAGE_INVALID', 'PACKAGE_INVALID']]),
  ])
  expect(found).toEqual(expected)
})

test('61: bombs, sizes that lie and a million entries are refused before anything is taken in', async () => {
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
let again: Buffer = Buffer.alloc(0)

test('61: the one ZIP that is read, of libraries for graphics cards, is read under the same caps', async () => {
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

test('62: a manifest that is too large, too deep, twice there or not of these files is refused', async () => {
  const index = parsed(entries, 'index.json')
  const [listed] = index.manifests as { digest: string; size: number }[]
  const manifestName = `blobs/sha256/${listed?.digest.slice(7)}`
  const replaced = (name: string, content: Buffer) =>
    entries.map((entry) => (entry.header.name === name ? { ...entry, content } : entry))
  const described = (change: (text: string) => string | Buffer) => redescribed(entries, signer, change)
  const deep = (depth: number) => `{"formatVersion":1,"training":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const nameOf = (digest: string) => `blobs/sha256/${digest.slice(7)}`
  const card = layersOf(parsed(entries, manifestName)).find(
    ({ annotations }) => annotations[filePath] === 'CARD.md',
  )

  const cases: Record<string, [Entry[], string]> = {
    'an index of 5 MB': [replaced('index.json', Buffer.alloc(5 << 20, ' ')), 'PACKAGE_LIMIT'],
    'a manifest of 5 MB': [
      resigned(entries, signer, (manifest) => {
        manifest.annotations = { ...(manifest.annotations as object), x: 'x'.repeat(5 << 20) }
      }),
      'PACKAGE_LIMIT',
    ],
    'a description of 2 MB': [described((text) => `${text}${' '.repeat(2 << 20)}`), 'PACKAGE_LIMIT'],
    'a signature of 1 MB': [replaced('signature.dsse.json', Buffer.alloc(1 << 20, ' ')), 'PACKAGE_LIMIT'],
    'an index 100 000 deep': [replaced('index.json', Buffer.from('['.repeat(100_000))), 'PACKAGE_INVALID'],
    'a description 100 deep': [described(() => deep(100)), 'DESCRIPTOR_INVALID'],
    'a description 100 000 deep': [described(() => deep(100_000)), 'DESCRIPTOR_INVALID'],
    'a member twice in the description': [
      described((text) => text.replace('{', '{"id":"acme.other",')),
      'DESCRIPTOR_INVALID',
    ],
    '__proto__ in the description': [
      described((text) => text.replace('{', '{"__proto__":{"polluted":true},')),
      'DESCRIPTOR_INVALID',
    ],
    'a member that nobody knows in the description': [
      described((text) => text.replace('{', '{"preload":"hook.so",')),
      'DESCRIPTOR_INVALID',
    ],
    'bytes that are no UTF-8 in a name of the description': [
      described((text) => Buffer.from(text.replace('"CARD.md"', '"\u00ff\u00fe"'), 'latin1')),
      'DESCRIPTOR_INVALID',
    ],
    'a second index': [
      [...entries, ...entries.filter(({ header }) => header.name === 'index.json')],
      'PACKAGE_PATH',
    ],
    'a blob twice': [
      [...entries, ...entries.filter(({ header }) => header.name === manifestName)],
      'PACKAGE_PATH',
    ],
    'a layer twice': [
      resigned(entries, signer, (manifest) => {
        manifest.layers = layersOf(manifest).flatMap((layer) => [layer, layer])
      }),
      'PACKAGE_INVALID',
    ],
    'one path for two layers': [
      resigned(entries, signer, (manifest) => {
        for (const { annotations } of layersOf(manifest)) annotations[filePath] = 'model.onnx'
      }),
      'PACKAGE_PATH',
    ],
    'two paths that differ in case alone': [
      resigned(entries, signer, (manifest) => {
        for (const { annotations } of layersOf(manifest))
          if (annotations[filePath] === 'CARD.md') annotations[filePath] = 'MODEL.ONNX'
      }),
      'PACKAGE_PATH',
    ],
    'no digest of a layer': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest)) Reflect.deleteProperty(layer, 'digest')
      }),
      'PACKAGE_INVALID',
    ],
    'a digest that is none': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest)) layer.digest = 'md5:d41d8cd98f00b204e9800998ecf8427e'
      }),
      'PACKAGE_INVALID',
    ],
    'a digest of something that is not there': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest))
          if (layer.digest === card?.digest) layer.digest = `sha256:${'0'.repeat(64)}`
      }),
      'PACKAGE_INVALID',
    ],
    'other bytes than the digest says': [
      replaced(nameOf(card?.digest ?? ''), Buffer.alloc(card?.size ?? 0, 'x')),
      'PACKAGE_DIGEST',
    ],
    'an extra file in the tar': [[...entries, blob(Buffer.from('smuggled'))], 'PACKAGE_INVALID'],
    'an extra file at the top': [
      [...entries, { header: { name: 'install.sh' }, content: Buffer.from('rm -rf /') }],
      'PACKAGE_INVALID',
    ],
    'an extra file in tar and manifest that the description does not name': [
      [
        ...resigned(entries, signer, (manifest) => {
          const extra = blob(Buffer.from('smuggled'))
          const [layer] = layersOf(manifest)
          if (layer)
            layersOf(manifest).push({
              ...layer,
              digest: `sha256:${extra.header.name.slice(13)}`,
              size: extra.content.length,
              annotations: { [filePath]: 'smuggled.bin' },
            })
        }),
        blob(Buffer.from('smuggled')),
      ],
      'PACKAGE_INVALID',
    ],
    'a file missing that the description names': [
      entries.filter(({ header }) => header.name !== nameOf(card?.digest ?? '')),
      'PACKAGE_INVALID',
    ],
    'the signature of the former manifest': [
      [
        ...resigned(entries, signer, (manifest) => {
          manifest.annotations = {
            ...(manifest.annotations as object),
            'org.opencontainers.image.title': 'x',
          }
        }).filter(({ header }) => header.name !== 'signature.dsse.json'),
        ...entries.filter(({ header }) => header.name === 'signature.dsse.json'),
      ],
      'SIGNATURE_INVALID',
    ],
    'no signature': [
      entries.filter(({ header }) => header.name !== 'signature.dsse.json'),
      'PACKAGE_UNSIGNED',
    ],
    'a signature of somebody else under the name': [
      resigned(entries, { publisher: 'other', privateKey: signer.privateKey }, () => undefined),
      'SIGNATURE_INVALID',
    ],
  }
  const found: Record<string, string> = {}
  for (const [what, [changed]] of Object.entries(cases)) found[what] = await withEntries(changed)
  expect(found).toEqual(Object.fromEntries(Object.entries(cases).map(([what, [, code]]) => [what, code])))
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('63: a package that was swapped after a person looked at it is not the one that is installed', async () => {
  const swaps = {
    'by another of the same publisher': redescribed(entries, signer, (text) =>
      text.replace('"Adder"', '"Subtractor"'),
    ),
    'by one of somebody else': resigned(
      entries,
      { publisher: 'acme', privateKey: generateSigningKey() },
      () => undefined,
    ),
  }
  for (const [how, other] of Object.entries(swaps)) {
    await writeEntries(hostile, entries)
    const { packageId, publisher } = await outpost.client.packages.inspect({
      handle: (await outpost.node.adopt(hostile)).handle,
    })
    await writeEntries(hostile, other)
    const { jobId } = await outpost.client.packages.import({ packageId, trust: publisher.fingerprint ?? '' })
    expect([how, (await outpost.ended(jobId)).failure?.code]).toEqual([
      how,
      expect.stringMatching(/^(PACKAGE_DIGEST|PUBLISHER_UNKNOWN)$/),
    ])
  }
})

test(imported, async () => {
  const retold = redescribed(entries, signer, (text) => text.replace('"Adder"', '"Adder, told anew"'))
  expect(await importAttempt(outpost, await writeEntries(hostile, retold))).toMatchObject({
    code: 'imported',
  })
})
