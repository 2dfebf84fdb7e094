/** Packing: the same input gives the same bytes, and what goes in comes out. */
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { modelConfig, tagOf } from '../../../src-main/contract/model-pack.ts'
import { parameterSize } from '../../../src-main/package/archive/build-manifest.ts'
import { exportedBytes, exportPackage } from '../../../src-main/package/archive/export-package.ts'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { unpack } from '../../../src-main/package/archive/unpack.ts'
import { addModel, floats } from '../../support/onnx-writer.ts'
import { refusal, test, writeSource } from '../../support/package-folder.ts'
import { entriesOf } from '../../support/tar-surgery.ts'

/** A source with every kind of file, two of them equal, one empty. */
const everything = {
  model: { file: 'weights/model.onnx' },
  suite: 'suite.jsonl',
  documents: ['docs/a.md', 'docs/b.md'],
  code: ['train.py'],
  data: ['empty.bin'],
  outputs: [{ kind: 'classes' as const, tensor: 'y', labelsFile: 'labels.txt' }],
  dataVersion: 'data.7',
}
const external = addModel(4, {
  initializers: [{ name: 'w', dims: [4], external: { location: 'w.bin', offset: '0' } }],
})
const everyFile = {
  'weights/model.onnx': external,
  'weights/w.bin': floats(1, 2, 3, 4),
  'suite.jsonl': '{"id":"a","inputs":{"x":[1,2,3,4]},"expected":{"label":"a"}}\n',
  'docs/a.md': 'the same\n',
  'docs/b.md': 'the same\n',
  'train.py': 'print()\n',
  'empty.bin': '',
  'labels.txt': 'a\nb\nc\nd\n',
}

test('the same files give the same package, wherever and whenever they lie', async ({ folder, signer }) => {
  const digests: string[] = []
  for (const name of ['one', 'two']) {
    const source = await writeSource(join(folder, name), everything, everyFile)
    if (name === 'two') {
      await utimes(join(source, 'train.py'), 1, 1)
      const text = await readFile(join(source, 'outpost.json'), 'utf8')
      const reversed = Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse())
      await writeFile(join(source, 'outpost.json'), JSON.stringify(reversed, null, 8))
    }
    digests.push(
      (await pack(await readSource(source), { output: join(folder, `${name}.outpost`), signer })).digest,
    )
  }
  expect(digests[0]).toBe(digests[1])
  expect(await readFile(join(folder, 'one.outpost'))).toEqual(await readFile(join(folder, 'two.outpost')))
})

test('the digest of a fixed package is fixed: the format did not change unseen', async ({ folder }) => {
  const packed = await pack(await readSource(await writeSource(folder)), {
    output: join(folder, 'p.outpost'),
  })
  expect(packed.digest).toMatchInlineSnapshot(
    `"sha256:7a6ecc26b041dbe80475efbbdf663ee85742334e4b566b94d2e84d6db28db425"`,
  )
  expect(packed.bytes % 512).toBe(0)
})

test('unpacked and packed again, a package is the same; equal files are stored once', async ({
  folder,
  signer,
}) => {
  const source = await writeSource(join(folder, 'source'), everything, everyFile)
  const first = join(folder, 'first.outpost')
  await pack(await readSource(source), { output: first, signer })
  const opened = await unpack(first, join(folder, 'out'))
  expect(opened.version).toBe('1.0.0+data.7')
  expect(opened.signature?.publisher).toBe('acme')
  for (const [path, content] of Object.entries(everyFile)) {
    expect(await readFile(join(folder, 'out', path)), path).toEqual(Buffer.from(content))
  }
  await pack(await readSource(join(folder, 'out')), { output: join(folder, 'second.outpost'), signer })
  expect(await readFile(join(folder, 'second.outpost'))).toEqual(await readFile(first))
  const names = (await entriesOf(first)).map(({ header }) => header.name)
  expect(names.length).toBe(new Set(names).size)
  expect(opened.manifest.layers).toHaveLength(10)
  expect(names.filter((name) => name.startsWith('blobs/'))).toHaveLength(2 + 9)
})

test('written out again from stored blobs, a package is the same file', async ({ folder, signer }) => {
  const path = join(folder, 'p.outpost')
  await pack(await readSource(await writeSource(join(folder, 's'), everything, everyFile)), {
    output: path,
    signer,
  })
  const blobs = new Map<string, Buffer>()
  const opened = await openPackage(path, {
    sink: {
      async write(digest, bytes, chunks) {
        const parts: Buffer[] = []
        for await (const chunk of chunks) parts.push(Buffer.from(chunk))
        blobs.set(digest, Buffer.concat(parts))
        expect(blobs.get(digest)?.length).toBe(bytes)
      },
    },
  })
  const parts: Uint8Array[] = []
  const input = { manifest: opened.manifestBytes, signature: opened.signatureBytes }
  const source = async function* (digest: string) {
    yield blobs.get(digest) ?? Buffer.alloc(0)
  }
  for await (const part of exportPackage({ ...input, blobs: source })) parts.push(part)
  expect(Buffer.concat(parts)).toEqual(await readFile(path))
  expect(exportedBytes({ ...input, config: opened.configBytes })).toBe(Buffer.concat(parts).length)

  const short = async function* () {
    yield Buffer.from('x')
  }
  const drain = async () => {
    for await (const _ of exportPackage({ ...input, blobs: short }));
  }
  expect(await refusal(drain)).toBe('ARTIFACT_CORRUPT')
})

test('pack then unpack is identity, for any files', async ({ folder, signer }) => {
  const name = fc
    .stringMatching(/^[a-z0-9_-]{1,12}(\.[a-z0-9]{1,4})?$/)
    .filter((text) => !/^(con|prn|aux|nul|com\d|lpt\d)/.test(text))
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `d-${parts.join('/')}`)
  const files = fc.dictionary(path, fc.uint8Array({ maxLength: 3000 }), { maxKeys: 6 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(files, async (data) => {
      const paths = Object.keys(data)
      fc.pre(paths.every((one) => paths.every((other) => !other.startsWith(`${one}/`))))
      const here = join(folder, String(run++))
      const source = await writeSource(join(here, 'source'), { data: paths }, data)
      await pack(await readSource(source), { output: join(here, 'p.outpost'), signer })
      const opened = await unpack(join(here, 'p.outpost'), join(here, 'out'))
      expect(opened.files.filter(({ kind }) => kind === 'data').map((file) => file.path)).toEqual(
        paths.toSorted(),
      )
      for (const [one, content] of Object.entries(data)) {
        expect(await readFile(join(here, 'out', one))).toEqual(Buffer.from(content))
      }
    }),
    { numRuns: 40 },
  )
})

test('the ModelPack configuration has the fields of its specification and no other', async ({ folder }) => {
  const path = join(folder, 'p.outpost')
  await pack(await readSource(await writeSource(join(folder, 's'), everything, everyFile)), { output: path })
  const { configBytes, manifest } = await openPackage(path)
  const config = modelConfig.parse(JSON.parse(configBytes.toString('utf8')))
  expect(config).toMatchObject({
    descriptor: { vendor: 'acme', name: 'adder', version: '1.0.0+data.7', licenses: ['Apache-2.0'] },
    config: { format: 'onnx', precision: 'fp32', paramSize: '0.1K' },
    modelfs: { type: 'layers', diffIds: manifest.layers.map(({ digest }) => digest) },
  })
  expect([4, 999, 1000, 6_700_000_000, 300_436].map(parameterSize)).toEqual([
    '0.1K',
    '1K',
    '1K',
    '6.7B',
    '300.4K',
  ])
  expect(tagOf('1.2.0+data.7')).toBe('1.2.0_data.7')
})

test('a file that grows while it is packed is noticed, and no package is left', async ({ folder }) => {
  const source = await readSource(await writeSource(join(folder, 's'), { data: ['log'] }, { log: 'one\n' }))
  await appendFile(join(folder, 's', 'log'), 'two\n')
  expect(await refusal(() => pack(source, { output: join(folder, 'p.outpost') }))).toBe('PACKAGE_INVALID')
  expect(await readdir(folder)).toEqual(['s'])
})

test('a cancelled pack leaves nothing, and says how far it was', async ({ folder }) => {
  const source = await readSource(
    await writeSource(join(folder, 's'), { data: ['big'] }, { big: Buffer.alloc(8 << 20) }),
  )
  const stop = new AbortController()
  const seen: number[] = []
  const packing = pack(source, {
    output: join(folder, 'p.outpost'),
    signal: stop.signal,
    onProgress: ({ bytesDone, bytesTotal }) => {
      seen.push(bytesDone / bytesTotal)
      if (bytesDone > 4 << 20) stop.abort()
    },
  })
  await expect(packing).rejects.toThrow(/abort/i)
  expect(seen.at(-1)).toBeLessThan(1)
  expect(await readdir(folder)).toEqual(['s'])
})
