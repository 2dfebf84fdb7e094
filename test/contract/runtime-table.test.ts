/**
 * The table of what the runtime can run, asked of the runtime itself. It fails on the day that onnxruntime-node is
 * raised to a version that can do more or less; the table is then to be made anew.
 */
import { InferenceSession } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import {
  operatorNames,
  opsetLast,
  opsetMin,
  runtimeTable,
} from '../../src-main/package/onnx/runtime-table.ts'
import { addModel, bytesField, elementType, type ModelInput, onnxModel } from '../support/onnx-writer.ts'

/** What the runtime says to a model: an empty text where it takes it. */
async function answer(model: Uint8Array): Promise<string> {
  try {
    const session = await InferenceSession.create(model, { logSeverityLevel: 4 })
    await session.release()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('it reads this file format and these operator sets, and no newer ones', async () => {
  const add = (more: Partial<ModelInput>) => answer(addModel(4, more))
  expect(await add({ irVersion: runtimeTable.irVersionMax })).toBe('')
  expect(await add({ irVersion: runtimeTable.irVersionMax + 1 })).toContain('Unsupported model IR version')
  for (const [domain, version] of runtimeTable.opsetMax) {
    const opsets = (number: number) =>
      domain === 'ai.onnx' ? { opset: number } : { opsets: { [domain]: number } }
    expect(await add(opsets(version)), domain).toBe('')
    expect(await add(opsets(version + 1)), domain).toContain('only *guarantees* support')
  }
})

const inputTypes = [
  [1, 1, 1, 1, 1, 1],
  [elementType.bool, elementType.bool],
  [1, elementType.int64, elementType.int64],
  [1, 1, elementType.int64],
]
const untyped = bytesField(1, 'y')

/** One node of the operator with all numbers and some types of inputs; every answer that the runtime gives. */
async function answers(operator: string, opset: number, domain = ''): Promise<string[]> {
  const found: string[] = []
  for (const types of inputTypes) {
    for (let count = 0; count <= types.length; count++) {
      const inputs = types.slice(0, count).map((type, at) => ({ name: `i${at}`, type }))
      const node = {
        operator,
        inputs: inputs.map(({ name }) => name),
        outputs: ['y'],
        ...(domain ? { domain } : {}),
      }
      const sets = domain ? { opset: 17, opsets: { [domain]: opset } } : { opset }
      found.push(
        await answer(onnxModel({ irVersion: 9, ...sets, nodes: [node], inputs, outputs: [untyped] })),
      )
      if (found.at(-1) === '') return found
    }
  }
  return found
}
const hasNoKernel = (texts: string[]): boolean =>
  texts.some((text) => text.includes('Could not find an implementation'))

test('each operator has a kernel from the listed operator set on, and none before', async () => {
  for (const [operator, oldest] of opsetMin) {
    const before = await answers(operator, oldest - 1)
    expect(before, `${operator} ${oldest - 1}`).not.toContain('')
    // Forms with required attributes are refused for those before kernels are looked for.
    expect(
      before.some((text) =>
        /Could not find an implementation|Required attribute|is not a registered|No Op registered/.test(text),
      ),
      operator,
    ).toBe(true)
    expect(hasNoKernel(await answers(operator, oldest)), `${operator} ${oldest}`).toBe(false)
  }
}, 60_000)

test('each operator without a newest kernel has one up to the listed operator set', async () => {
  const newest = runtimeTable.opsetMax.get('ai.onnx') ?? 0
  for (const [operator, last] of opsetLast) {
    expect(await answers(operator, last), operator).toContain('')
    expect(hasNoKernel(await answers(operator, last + 1)), operator).toBe(true)
    expect(await answers(operator, newest), operator).not.toContain('')
  }
}, 60_000)

test('every listed operator is known to the runtime, in its newest set or an older one', async () => {
  for (const [domain, names] of operatorNames) {
    const newest = runtimeTable.opsetMax.get(domain) ?? 1
    for (const name of names) {
      const isKnown = async (opset: number) => {
        const node = { operator: name, outputs: ['y'], ...(domain === 'ai.onnx' ? {} : { domain }) }
        const sets = domain === 'ai.onnx' ? { opset } : { opsets: { [domain]: opset } }
        return !/is not a registered|No Op registered/.test(
          await answer(onnxModel({ irVersion: 9, ...sets, nodes: [node], outputs: [untyped] })),
        )
      }
      expect((await isKnown(newest)) || (await isKnown(1)), `${domain} ${name}`).toBe(true)
    }
  }
}, 60_000)
