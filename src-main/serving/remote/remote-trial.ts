/**
 * The run that an engine must answer before requests are sent to it again, where it was requests that it failed on: one
 * that says it is ready and then hangs would be believed, and fail, over and over. Zeros in the shapes of the last
 * request that failed, so that nothing that a caller sent is kept or sent twice.
 */
import { elementCount, emptyData, type Tensor } from '../../base/tensors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { RemoteClient } from '../../engine/remote/remote-client.ts'
import { RemoteFault } from '../../engine/remote/remote-fault.ts'
import { bodyOf, outputsOf } from './remote-run.ts'

export interface Trial {
  inputs: Pick<Tensor, 'name' | 'datatype' | 'shape'>[]
  wanted: readonly string[]
  specs: readonly TensorSpec[]
}

export const trialOf = (inputs: readonly Tensor[], { wanted, specs }: Omit<Trial, 'inputs'>): Trial => ({
  inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
  wanted,
  specs,
})

/** Settles where the server answers, be it that it will not take zeros; else a RemoteFault. */
export async function tryOut(
  client: RemoteClient,
  { inputs, wanted, specs }: Trial,
  binary: boolean,
  signal: AbortSignal,
): Promise<void> {
  const zeros = inputs.map((input) => ({
    ...input,
    data: emptyData(input.datatype, elementCount(input.shape)),
  }))
  try {
    outputsOf(await client.infer(bodyOf(zeros, wanted, binary), signal), wanted, specs)
  } catch (error) {
    if (error instanceof RemoteFault && !error.isOfTheServer) return
    throw error
  }
}
