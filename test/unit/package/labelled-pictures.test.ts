/** Pictures in folders named by their labels are the suite of a source folder that names none, as in the wizard. */
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { PackageDescriptorInput } from '../../../src-main/contract/package.ts'
import { pictureSuite } from '../../../src-main/contract/picture-suite.ts'
import { casesMade } from '../../../src-main/package/archive/labelled-pictures.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { unpack } from '../../../src-main/package/archive/unpack.ts'
import { type Files, refusal, test, writeSource } from '../../support/package-folder.ts'

const readsPictures: Partial<PackageDescriptorInput> = {
  inputs: [{ tensor: 'x', kind: 'image', width: 2, height: 2, channels: 'L', layout: 'CHW' }],
  outputs: [{ tensor: 'y', kind: 'classes', labels: ['cat', 'dog'] }],
}
const pictures: Files = {
  'suite/dog/b.png': 'd2',
  'suite/dog/a.png': 'd1',
  'suite/cat/a.JPG': 'c1',
  'suite/cat/._a.JPG': 'what a Mac leaves',
  'suite/cat/notes.txt': 'no picture',
}
const suitePath = (source: Awaited<ReturnType<typeof readSource>>) => source.descriptor.suite

test('one of each label first, packed with the pictures, and by the same rule as the wizard', async ({
  folder,
  signer,
}) => {
  const source = await readSource(await writeSource(join(folder, 's'), readsPictures, pictures))
  expect(casesMade(source)).toBe(3)
  const packed = await pack(source, { output: join(folder, 'p.outpost'), signer })
  await unpack(join(folder, 'p.outpost'), join(folder, 'out'))
  const lines = (await readFile(join(folder, 'out', 'suite.jsonl'), 'utf8')).trim().split('\n')
  const ids = ['suite/cat/a.JPG', 'suite/dog/a.png', 'suite/dog/b.png']
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    ids.map((id) => ({ id, inputs: { x: { file: id } }, expected: { label: id.split('/')[1] } })),
  )
  const files = ids.map((path) => ({ path, kind: 'dataset' }))
  const inWizard = pictureSuite({ descriptor: { ...readsPictures }, files, texts: { labels: '' } })
  expect(lines.map((line) => JSON.parse(line))).toEqual(inWizard)
  // What was packed states its suite, and packs to the same again.
  const again = await pack(await readSource(join(folder, 'out')), {
    output: join(folder, 'q.outpost'),
    signer,
  })
  expect(again.digest).toBe(packed.digest)
})

test('labels of a file, and pictures that "data" names', async ({ folder }) => {
  const source = await readSource(
    await writeSource(
      folder,
      {
        ...readsPictures,
        outputs: [{ tensor: 'y', kind: 'classes', labelsFile: 'labels.txt' }],
        data: ['held-out/dog/1.png', 'table.csv'],
      },
      {
        'labels.txt': 'cat\r\ndog\r\n',
        'held-out/dog/1.png': 'd',
        'table.csv': '1',
        'training/cat/1.png': 'c',
      },
    ),
  )
  expect(casesMade(source)).toBe(1)
  expect(source.descriptor.data).toEqual(['held-out/dog/1.png', 'table.csv'])
})

describe('none is made', () => {
  test('beside one that is named or kept', async ({ folder }) => {
    const line = `${JSON.stringify({ id: 'a', inputs: { x: { file: 'suite/cat/a.JPG' } }, expected: {} })}\n`
    const named = { ...readsPictures, suite: 'cases.txt' }
    const one = await readSource(
      await writeSource(join(folder, 'a'), named, { ...pictures, 'cases.txt': line }),
    )
    expect([suitePath(one), casesMade(one)]).toEqual(['cases.txt', 0])
    for (const kept of ['suite.jsonl', 'suite/cases.jsonl']) {
      const at = await writeSource(join(folder, kept.length.toString()), readsPictures, {
        ...pictures,
        [kept]: line,
      })
      expect(suitePath(await readSource(at))).toBeUndefined()
    }
  })

  test('for a model that takes no picture, gives no classes or names no label', async ({ folder }) => {
    const others: Partial<PackageDescriptorInput>[] = [
      {},
      { ...readsPictures, outputs: [] },
      { ...readsPictures, inputs: [{ tensor: 'x', kind: 'text' }] },
      { ...readsPictures, outputs: [{ tensor: 'y', kind: 'classes' }] },
    ]
    for (const [at, more] of others.entries()) {
      const source = await readSource(await writeSource(join(folder, String(at)), more, pictures))
      expect(suitePath(source)).toBeUndefined()
    }
  })

  test('of a package that was packed without one', async ({ folder }) => {
    const source = await readSource(await writeSource(folder, readsPictures, pictures), { isPacked: true })
    expect(suitePath(source)).toBeUndefined()
  })
})

describe('what is refused', () => {
  test('a folder that is no label, with the labels that there are', async ({ folder }) => {
    const source = await writeSource(folder, readsPictures, pictures)
    await rename(join(folder, 'suite', 'dog'), join(folder, 'suite', 'dogs'))
    await expect(readSource(source)).rejects.toMatchObject({
      code: 'DESCRIPTOR_INVALID',
      message: expect.stringContaining('"suite/dogs/a.png"'),
      hint: expect.stringContaining('Its labels are cat, dog.'),
    })
    await rm(join(folder, 'suite', 'dogs'), { recursive: true })
    await writeFile(join(folder, 'suite', 'loose.png'), '')
    expect(await refusal(() => readSource(source))).toBe('DESCRIPTOR_INVALID')
  })

  test('pictures of no label at all, where somebody packs; a draft may hold others', async ({ folder }) => {
    const others = { 'suite/1.png': '', 'suite/more/2.png': '' }
    const source = await writeSource(folder, readsPictures, others)
    expect(suitePath(await readSource(source))).toBeUndefined()
    expect(await refusal(() => readSource(source, { wantsPictures: true }))).toBe('DESCRIPTOR_INVALID')
  })

  test('links, and more pictures than a package takes', async ({ folder }) => {
    const source = await writeSource(join(folder, 's'), readsPictures, pictures)
    await writeFile(join(folder, 'outside.png'), '')
    await symlink(join(folder, 'outside.png'), join(source, 'suite', 'cat', 'link.png'))
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_PATH')
    await rm(join(source, 'suite', 'cat', 'link.png'))
    await mkdir(join(folder, 'elsewhere', 'cat'), { recursive: true })
    await writeFile(join(folder, 'elsewhere', 'cat', '1.png'), '')
    await rm(join(source, 'suite'), { recursive: true })
    await symlink(join(folder, 'elsewhere'), join(source, 'suite'))
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_PATH')
    await rm(join(source, 'suite'))
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`suite/cat/${at}.png`, '']))
    await writeSource(source, readsPictures, many)
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_LIMIT')
  })
})
