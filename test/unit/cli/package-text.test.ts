/** What a person reads of a file that was looked into. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { describedText } from '../../../src-main/cli/package-text.ts'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import { addModel } from '../../support/onnx-writer.ts'
import { test } from '../../support/package-folder.ts'

test('an output that cannot be served is named, with what helps', async ({ folder }) => {
  const path = join(folder, 'model.onnx')
  await writeFile(path, addModel())
  const graph = await inspectOnnx(path)
  expect(describedText({ kind: 'onnx', graph })).not.toContain('served')
  const unservable = [{ name: 'probabilities', type: 'seq(map(int64,float))' }]
  expect(describedText({ kind: 'onnx', graph: { ...graph, unservable } })).toMatch(
    /! probabilities is of the type seq\(map\(int64,float\)\), which cannot be served\n.*zipmap=False/,
  )
})
