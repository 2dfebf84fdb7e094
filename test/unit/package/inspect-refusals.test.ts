/** What is no complete ONNX model, or lies about itself, is refused with its place and never half read. */
import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import { addModel, bytesField, floats, intField, onnxModel } from '../../support/onnx-writer.ts'
import { refusal, test } from '../../support/package-folder.ts'

async function inspect(folder: string, model: Uint8Array): Promise<GraphSummary> {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, model)
  return await inspectOnnx(path)
}

describe('refused with ONNX_INVALID', () => {
  const broken: Record<string, Uint8Array> = {
    'an empty file': Buffer.alloc(0),
    text: Buffer.from('hello, this is no model\n'),
    zeros: Buffer.alloc(4096),
    'a ZIP archive': Buffer.from('PK\u0003\u0004 and more of it, as PyTorch writes'),
    'a safetensors file': Buffer.concat([
      Buffer.from([80, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('{"weight":{"dtype":"F32"}}'),
    ]),
    'a Git LFS pointer': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
    'a model without a graph': Buffer.concat([intField(1, 8), bytesField(8, intField(2, 17))]),
    'a model without operator sets': Buffer.concat([intField(1, 8), bytesField(7, Buffer.alloc(0))]),
    'a model with two graphs': Buffer.concat([addModel(), bytesField(7, Buffer.alloc(0))]),
    'a node without an operator': onnxModel({ nodes: [{ operator: '' }] }),
    'a tensor that holds less than it says': addModel(4, {
      initializers: [{ name: 'w', dims: [1000], raw: floats(1) }],
    }),
    'a tensor that holds more than it says': addModel(4, {
      initializers: [{ name: 'w', dims: [1], raw: floats(1, 2) }],
    }),
    'a negative size': addModel(4, { initializers: [{ name: 'w', dims: [-4], raw: floats(1) }] }),
    'sizes whose product no machine has': addModel(4, {
      initializers: [{ name: 'w', dims: [2 ** 40, 2 ** 40] }],
    }),
    'an unknown element type': addModel(4, { initializers: [{ name: 'w', dims: [1], type: 99 }] }),
    'external data of another length': addModel(4, {
      initializers: [{ name: 'w', dims: [4], external: { location: 'w', length: '8' } }],
    }),
    'external data at a negative place': addModel(4, {
      initializers: [{ name: 'w', dims: [4], external: { location: 'w', offset: '-8' } }],
    }),
    'external data without a place': addModel(4, { initializers: [{ name: 'w', dims: [4], external: {} }] }),
  }
  for (const [what, bytes] of Object.entries(broken)) {
    test(what, async ({ folder }) => {
      expect(await refusal(() => inspect(folder, bytes))).toBe('ONNX_INVALID')
    })
  }

  test.skipIf(process.platform === 'win32')(
    'a pipe, without waiting for somebody to write',
    async ({ folder }) => {
      execFileSync('mkfifo', [join(folder, 'pipe')])
      expect(await refusal(() => inspectOnnx(join(folder, 'pipe')))).toBe('ONNX_INVALID')
      expect(await refusal(() => openPackage(join(folder, 'pipe')))).toBe('PACKAGE_INVALID')
    },
  )

  test('a file that is not there, and a folder', async ({ folder }) => {
    expect(await refusal(() => inspectOnnx(join(folder, 'absent.onnx')))).toBe('ONNX_INVALID')
    expect(await refusal(() => inspectOnnx(folder))).toBe('ONNX_INVALID')
  })

  test('graphs nested without end', async ({ folder }) => {
    let inner: Buffer = Buffer.alloc(0)
    for (let depth = 0; depth < 200; depth++) {
      const attribute = bytesField(5, Buffer.concat([bytesField(1, 'body'), bytesField(6, inner)]))
      inner = bytesField(1, Buffer.concat([bytesField(4, 'Loop'), attribute]))
    }
    const model = Buffer.concat([intField(1, 8), bytesField(7, inner), bytesField(8, intField(2, 17))])
    expect(await refusal(() => inspect(folder, model))).toBe('ONNX_INVALID')
  })

  test('a model cut off anywhere, with the place', async ({ folder }) => {
    const whole = addModel(4)
    const path = join(folder, 'model.onnx')
    for (let length = whole.length - 1; length >= 0; length--) {
      writeFileSync(path, whole)
      truncateSync(path, length)
      const error: unknown = await inspectOnnx(path).catch((reason: unknown) => reason)
      expect(error, `${length} bytes`).toMatchObject({ code: 'ONNX_INVALID' })
    }
  })
})

test('whatever bytes a model has, it is read or refused, and nothing else is thrown', async ({ folder }) => {
  const whole = addModel(4)
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(whole)
      for (const [at, bits] of changes) bytes[at] = (bytes[at] ?? 0) ^ bits
      const error: unknown = await inspect(folder, bytes).catch((reason: unknown) => reason)
      if (error instanceof Error) expect(error).toBeInstanceOf(OutpostError)
    }),
    { numRuns: 500 },
  )
})
