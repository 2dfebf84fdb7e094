/** What the jobs of verification and backup tell of damage becomes the same list. */
import { expect, test } from 'vitest'
import { damageOf } from '../../../src-renderer/data/damage.ts'

const digest = `sha256:${'0'.repeat(64)}`
const file = (path: string) => ({ path, digest, found: 'missing' as const })

test('a backup names each file that it left out; they are told by version', () => {
  const damaged = [
    { model: 'acme.a', version: '1.0.0', ...file('model.onnx') },
    { model: 'acme.a', version: '1.0.0', ...file('card.md') },
    { model: 'acme.b', version: '1.0.0', ...file('model.onnx') },
  ]
  expect(damageOf({ kind: 'backup', output: { path: '/b', files: 3, damagedFiles: 3, damaged } })).toEqual([
    { model: 'acme.a', version: '1.0.0', problems: [file('model.onnx'), file('card.md')] },
    { model: 'acme.b', version: '1.0.0', problems: [file('model.onnx')] },
  ])
})

test('a verification names versions; nothing is damaged where a job says nothing of it', () => {
  const damaged = [{ model: 'acme.a', version: '1.0.0', problems: [file('model.onnx')] }]
  expect(damageOf({ kind: 'verify', output: { versions: 1, damaged } })).toEqual(damaged)
  expect(damageOf({ kind: 'backup', output: { damaged: [] } })).toEqual([])
  expect(damageOf({ kind: 'verify', output: null })).toEqual([])
})
