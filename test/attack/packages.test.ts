/**
 * Cases 59 and 60, and 63 where a package is swapped: names and entries built to do harm, sent to a whole node. Each
 * package is looked into and imported as a person would who trusts the key that signed it, and each is refused by a code.
 */
import { expect, test } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { attackedNode, filePath, layersOf, signer } from '../support/attacked-node.ts'
import { importAttempt, redescribed, resigned } from '../support/hostile-import.ts'
import { paxRecord, rawEntry } from '../support/raw-tar.ts'
import { writeEntries } from '../support/tar-surgery.ts'

const imported = 'the package that all of these are made of is imported: what is refused is what was changed'
const attacked = attackedNode(imported)

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
  const { entries, withEntries, withRaw } = attacked
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
  const { withRaw } = attacked
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

test('63: a package that was swapped after a person looked at it is not the one that is installed', async () => {
  const { entries, hostile, outpost } = attacked
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
  const { entries, hostile, outpost } = attacked
  const retold = redescribed(entries, signer, (text) => text.replace('"Adder"', '"Adder, told anew"'))
  expect(await importAttempt(outpost, await writeEntries(hostile, retold))).toMatchObject({
    code: 'imported',
  })
})
