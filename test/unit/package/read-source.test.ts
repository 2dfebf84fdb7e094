/** Source folders that are refused before anything is packed: links, paths, external data, descriptions. */
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { addModel, floats } from '../../support/onnx-writer.ts'
import { refusal, test, writeSource } from '../../support/package-folder.ts'

describe('a source is refused', () => {
  test('whose file is a link, or lies behind one', async ({ folder }) => {
    const source = await writeSource(join(folder, 's'), { data: ['d/secret'] }, { 'real/secret': 'x' })
    await symlink('real', join(source, 'd'))
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_PATH')
  })

  test('whose model is a link', async ({ folder }) => {
    const source = await writeSource(join(folder, 's'), { model: { file: 'link.onnx' } })
    await symlink('/etc/passwd', join(source, 'link.onnx'))
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_PATH')
  })

  const external = (location: string, more: Record<string, string> = {}) => ({
    'model.onnx': addModel(4, { initializers: [{ name: 'w', dims: [4], external: { location, ...more } }] }),
  })
  const places: Record<string, string> = {
    'outside the folder': '../w.bin',
    'at an absolute path': '/etc/passwd',
    'on another drive': 'C:\\w.bin',
    'behind a backslash': '..\\w.bin',
    'in the model itself': 'model.onnx',
    'with a NUL': 'w.bin\0.txt',
  }
  for (const [what, location] of Object.entries(places)) {
    test(`whose external data lies ${what}`, async ({ folder }) => {
      const source = await writeSource(folder, {}, { ...external(location), 'w.bin': floats(1, 2, 3, 4) })
      expect(await refusal(() => readSource(source))).toBe('ONNX_EXTERNAL_DATA')
    })
  }
  test('whose external data is a link', async ({ folder }) => {
    const source = await writeSource(folder, {}, external('w.bin'))
    await symlink('/etc/passwd', join(folder, 'w.bin'))
    expect(await refusal(() => readSource(source))).toBe('PACKAGE_PATH')
  })
  test('whose external data is shorter than the model says', async ({ folder }) => {
    const source = await writeSource(
      folder,
      {},
      { ...external('w.bin', { offset: '8' }), 'w.bin': floats(1, 2, 3, 4) },
    )
    expect(await refusal(() => readSource(source))).toBe('ONNX_EXTERNAL_DATA')
  })

  const wrong: Record<string, Parameters<typeof writeSource>[1]> = {
    'an id outside the grammar': { id: 'Acme.Adder' },
    'a version outside the grammar': { version: '1.0' },
    'two data versions': { version: '1.0.0+data.6', dataVersion: 'data.7' },
    'a file that is not there': { documents: ['absent.md'] },
  }
  for (const [what, more] of Object.entries(wrong)) {
    test(`with ${what}`, async ({ folder }) => {
      expect(await refusal(async () => readSource(await writeSource(folder, more)))).toBe(
        'DESCRIPTOR_INVALID',
      )
    })
  }
  test('whose outpost.json is no JSON, or not there, or names a key twice', async ({ folder }) => {
    expect(await refusal(async () => readSource(folder))).toBe('DESCRIPTOR_INVALID')
    for (const text of ['{', '[]', '{"id":"a.b","id":"a.c"}', '\u00ff\u00fe']) {
      await writeSource(folder, {}, { 'outpost.json': Buffer.from(text, 'latin1') })
      expect(await refusal(async () => readSource(folder)), text).toBe('DESCRIPTOR_INVALID')
    }
  })
})
