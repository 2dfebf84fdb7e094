/** How the inputs and outputs of one version differ from another's: what its callers would have to send differently. */
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'

interface Interface {
  inputs: readonly TensorSpec[]
  outputs: readonly TensorSpec[]
}

export const interfaceDifferences = (now: Interface, next: Interface): string[] => [
  ...tensorDifferences('input', now.inputs, next.inputs),
  ...tensorDifferences('output', now.outputs, next.outputs),
]

function tensorDifferences(
  kind: 'input' | 'output',
  now: readonly TensorSpec[],
  next: readonly TensorSpec[],
): string[] {
  const there = new Map(next.map((tensor) => [tensor.name, tensor]))
  const before = new Set(now.map(({ name }) => name))
  const gone = now.flatMap((tensor) => {
    const other = there.get(tensor.name)
    if (!other) return [`no ${kind} ${tensor.name}`]
    const [was, is] = [written(tensor), written(other)]
    return was === is ? [] : [`${kind} ${tensor.name} is ${is} instead of ${was}`]
  })
  const added = next.filter(({ name }) => !before.has(name))
  return [...gone, ...added.map((tensor) => `${kind} ${tensor.name} (${written(tensor)}) is new`)]
}

const written = ({ datatype, shape }: TensorSpec): string =>
  `${datatype} ${shape.map((size) => (size < 0 ? 'any' : size)).join(' × ')}`
