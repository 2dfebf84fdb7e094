/** Whether a request asks what the model can answer, told with the name of the tensor and what was expected. */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { Datatype, TensorSpec } from '../../contract/tensor.ts'
import type { InferRequest } from './infer-request.ts'

const refuse = (message: string, details?: Record<string, unknown>): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { details })

/** Inputs in the model's order; throws INPUT_INVALID for what the model does not take. */
export function fitToModel(
  request: InferRequest,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): Tensor[] {
  const [first] = request.inputs
  const [only] = inputs
  // Nearly every request and model: one input, all outputs.
  const isOne = request.inputs.length === 1 && inputs.length === 1 && request.outputs === null
  if (isOne && first && first.name === only?.name) {
    checkFit(first, only)
    return [first]
  }
  const given = new Map<string, Tensor>()
  for (const input of request.inputs) {
    if (given.has(input.name)) throw refuse(`Input "${input.name}" is given twice.`, { input: input.name })
    given.set(input.name, input)
  }
  const known = new Set(inputs.map((spec) => spec.name))
  for (const name of given.keys()) {
    if (!known.has(name)) {
      throw refuse(`The model has no input "${name}"; it takes ${[...known].map(quoted).join(', ')}.`, {
        input: name,
      })
    }
  }
  const offered = new Set(outputs.map((spec) => spec.name))
  const asked = request.outputs?.map(({ name }) => name) ?? []
  for (const [at, name] of asked.entries()) {
    if (!offered.has(name))
      throw refuse(`The model has no output "${name}"; it gives ${[...offered].map(quoted).join(', ')}.`)
    if (asked.indexOf(name) !== at) throw refuse(`Output "${name}" is asked for twice.`)
  }
  return inputs.map((spec) => {
    const tensor = given.get(spec.name)
    if (!tensor) throw refuse(`Input "${spec.name}" is missing: ${expected(spec)}.`, { input: spec.name })
    checkFit(tensor, spec)
    return tensor
  })
}

const quoted = (name: string): string => `"${name}"`
const expected = ({ datatype: type, shape }: { datatype: Datatype; shape: readonly number[] }): string =>
  `expected ${type} of shape [${shape}]`

/** INPUT_INVALID where datatype, rank or a fixed dimension differ. */
function checkFit(tensor: Tensor, spec: TensorSpec): void {
  const fits =
    tensor.datatype === spec.datatype &&
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((size, at) => size === -1 || size === tensor.shape[at])
  if (fits) return
  throw refuse(
    `Input "${spec.name}": ${expected(spec)}, got ${tensor.datatype} of shape [${tensor.shape}].`,
    {
      input: spec.name,
    },
  )
}
