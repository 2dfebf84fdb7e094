/** Paths in packages: what is refused, whatever the platform of the test. */
import { describe, expect, test } from 'vitest'
import { checkPaths, pathProblem } from '../../../src-main/package/archive/paths.ts'
import { refusal } from '../../support/package-folder.ts'

describe('a path is refused', () => {
  const hostile: Record<string, string> = {
    'a step out': '../model.onnx',
    'a step out inside': 'weights/../../model.onnx',
    'a step in place': './model.onnx',
    'an absolute path': '/etc/passwd',
    'a drive letter': 'C:model.onnx',
    'a drive': 'c:/model.onnx',
    'a UNC path': '\\\\server\\share\\model.onnx',
    'a backslash': 'weights\\model.onnx',
    'a stream of NTFS': 'model.onnx:hidden',
    'a NUL': 'model.onnx\0.txt',
    'a line break': 'model\n.onnx',
    'a delete character': 'model\u007f.onnx',
    'a trailing dot': 'model.',
    'a trailing space': 'model ',
    'a leading space': ' model',
    'a folder that ends with a dot': 'weights./model.onnx',
    'a device name': 'aux',
    'a device name with an extension': 'weights/NUL.onnx',
    'a numbered device': 'com1.txt',
    'a superscript device': 'lpt².bin',
    'a wildcard': 'model*.onnx',
    'an empty path': '',
    'an empty component': 'weights//model.onnx',
    'a trailing slash': 'weights/',
    'decomposed Unicode': 'mode\u0301le.onnx',
    'half a surrogate': 'model\ud800.onnx',
    'a long path': `${'a/'.repeat(150)}b`,
    'a long component in bytes': 'é'.repeat(200),
  }
  for (const [what, path] of Object.entries(hostile)) {
    test(what, async () => {
      expect(pathProblem(path)).not.toBeNull()
      expect(await refusal(() => checkPaths([path]))).toBe('PACKAGE_PATH')
    })
  }
})

test('ordinary paths are taken', () => {
  const paths = [
    'model.onnx',
    'weights/part-0001.bin',
    'docs/Über.md',
    'モデル.onnx',
    '.hidden',
    'a..b',
    'console.txt',
  ]
  expect(paths.map(pathProblem)).toEqual(paths.map(() => null))
  checkPaths(paths)
})

describe('two paths are refused together', () => {
  const collisions: Record<string, string[]> = {
    'the same twice': ['a', 'a'],
    'other case': ['Model.onnx', 'model.onnx'],
    'other case of a folder': ['Docs/a.md', 'docs/b.md'],
    'other case beyond ASCII': ['ÜBER.md', 'über.md'],
    'sharp s': ['straße', 'STRASSE'],
    'long s': ['caſe', 'case'],
    'a file that is a folder too': ['weights', 'weights/a.bin'],
    'a file that is a folder in other case': ['weights/a.bin', 'Weights'],
  }
  for (const [what, paths] of Object.entries(collisions)) {
    test(what, async () => {
      expect(await refusal(() => checkPaths(paths))).toBe('PACKAGE_PATH')
    })
  }
})
