/**
 * The rung that proves or denies batching: what the model gives for single items must be what it gives for them
 * together, in any order and number. Only then does the batcher join the requests of different callers.
 */
import { concatenate, split, type Tensor } from '../../base/tensors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import { difference } from './compare-tensors.ts'
import { type Finding, passed, skipped, warned } from './ladder.ts'
import type { RunnerModel } from './model-runner.ts'
import { copies, refusalText, type Sample } from './run-checks.ts'
import { sampleTensors } from './sample-tensors.ts'

export interface BatchResult {
  finding: Finding
  /** Null where it could not be tried. */
  batchSafe: boolean | null
}

/** Items that are joined. Odd and even numbers, since kernels treat rows in blocks. */
const groupSizes = [2, 3, 8]

export async function checkBatch(
  model: RunnerModel,
  samples: readonly Sample[],
  size: number,
): Promise<BatchResult> {
  const fixed = [...model.inputs, ...model.outputs].find((spec) => !isBatched(spec))
  if (fixed) {
    const message = `The first dimension of "${fixed.name}" is fixed, so requests are run one by one.`
    return { finding: skipped(message), batchSafe: false }
  }
  const items = await singleItems(model, samples, size)
  if (items.length < 2) return { finding: skipped('There are not two items to join.'), batchSafe: null }
  for (const count of groupSizes) {
    const group = Array.from({ length: count }, (_, at) => items[(at * 5 + count) % items.length] ?? items[0])
    const problem = await groupProblem(
      model,
      group.filter((item) => item !== undefined),
    )
    if (problem !== null) {
      const message = `Joined requests would get other results, so they are run one by one: ${problem}`
      return { finding: warned(message, { items: count }), batchSafe: false }
    }
  }
  return {
    finding: passed(`Groups of ${groupSizes.join(', ')} items give what each item gives alone.`),
    batchSafe: true,
  }
}

const isBatched = ({ shape }: TensorSpec): boolean => shape[0] === -1

/** Items of one row and one shape with their own results: those of the cases, filled up with made-up ones. */
async function singleItems(model: RunnerModel, samples: readonly Sample[], size: number): Promise<Sample[]> {
  const single = samples.filter(({ inputs }) => inputs.every(({ shape }) => shape[0] === 1))
  const shapeOf = ({ inputs }: Sample): string => inputs.map(({ name, shape }) => `${name}:${shape}`).join()
  const [first] = single
  const items = first ? single.filter((sample) => shapeOf(sample) === shapeOf(first)) : []
  for (let seed = 2; items.length < 4 && seed < 8 && !first; seed++) {
    const inputs = sampleTensors(model.inputs, size, 1, seed)
    try {
      items.push({ inputs, outputs: (await model.run(copies(inputs))).outputs })
    } catch (error) {
      refusalText(error)
      return [] // made-up numbers are worth a try and no more; what the model refuses here proves nothing
    }
  }
  return items
}

async function groupProblem(model: RunnerModel, group: readonly Sample[]): Promise<string | null> {
  const names = group[0]?.inputs.map(({ name }) => name) ?? []
  const joined = names.map((name) => concatenate(group.map(({ inputs }) => named(inputs, name))))
  let outputs: Tensor[]
  try {
    outputs = (await model.run(copies(joined))).outputs
  } catch (error) {
    return `the model does not take ${group.length} items: ${refusalText(error)}`
  }
  for (const output of outputs) {
    if (output.shape[0] !== group.length)
      return `"${output.name}" has ${output.shape[0]} rows for ${group.length} items.`
    const parts = split(
      output,
      group.map(() => 1),
    )
    for (const [at, part] of parts.entries()) {
      const expected = group[at] ? named(group[at].outputs, output.name) : part
      const found = difference(part, expected)
      if (found !== null) return `"${output.name}" of item ${at + 1} of ${group.length} ${found}.`
    }
  }
  return null
}

function named(tensors: readonly Tensor[], name: string): Tensor {
  const found = tensors.find((tensor) => tensor.name === name)
  if (!found) throw new Error(`no tensor "${name}"`)
  return found
}
