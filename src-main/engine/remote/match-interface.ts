/** Whether a remote model takes and gives the tensors of a version: by name, datatype and every dimension. */
import type { TensorSpec } from '../../contract/tensor.ts'

interface Interface {
  inputs: readonly TensorSpec[]
  outputs: readonly TensorSpec[]
}

/**
 * What does not fit, in words; empty where the remote model can answer in the place of the version. Some servers tell
 * of no tensors at all unless their operator wrote them down (MLServer): what each answer has is looked at in any case.
 */
export function mismatches(version: Interface, remote: Interface): string[] {
  if (remote.inputs.length === 0 && remote.outputs.length === 0) return []
  return [
    ...version.inputs.flatMap((input) => compare('input', input, remote.inputs)),
    ...remote.inputs
      .filter(({ name }) => version.inputs.every((input) => input.name !== name))
      .map(({ name }) => `it wants an input "${name}", which the version has not got`),
    ...version.outputs.flatMap((output) => compare('output', output, remote.outputs)),
  ]
}

function compare(kind: 'input' | 'output', wanted: TensorSpec, found: readonly TensorSpec[]): string[] {
  const there = found.find(({ name }) => name === wanted.name)
  if (!there) return [`it has no ${kind} "${wanted.name}"`]
  if (there.datatype !== wanted.datatype)
    return [`its ${kind} "${wanted.name}" is ${there.datatype}, not ${wanted.datatype}`]
  if (wanted.unranked || fits(kind, wanted.shape, there.shape)) return []
  return [`its ${kind} "${wanted.name}" has the shape [${there.shape}], not [${wanted.shape}]`]
}

/** A dimension that varies here must vary there too where requests bring it; what comes back is checked each time. */
const fits = (kind: 'input' | 'output', wanted: readonly number[], there: readonly number[]): boolean =>
  wanted.length === there.length &&
  wanted.every((size, at) => there[at] === size || there[at] === -1 || (kind === 'output' && size === -1))
