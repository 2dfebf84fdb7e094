/** What a model is run on before it serves: the first cases of its own suite, else one item of zeros. */
import { parseJsonAs } from '../../base/json.ts'
import { elementCount, emptyData, type Tensor } from '../../base/tensors.ts'
import { limits } from '../../contract/limits.ts'
import { suiteCase } from '../../contract/suite.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import { readBlob } from '../../store/blobs/blobs.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { ProcessingPlan, ProcessingPort } from './processing-port.ts'

const casesMax = 4

export interface WarmUp {
  /** Empty where there are no cases, or none that can be prepared, and the version was not tried on made-up inputs. */
  inputs: Tensor[][]
  /** No case of the package: that the model refuses it says nothing about the model. */
  isMadeUp: boolean
}

export async function warmUpInputs(
  dataDir: string,
  version: ServedVersion,
  plan: ProcessingPlan,
  prepareCase: ProcessingPort['prepareCase'],
): Promise<WarmUp> {
  const read = (path: string) => {
    const file = version.files.find((one) => one.path === path)
    if (!file) throw new Error(`no file ${path}`)
    return readBlob(dataDir, file.digest, limits.documentBytesMax)
  }
  const { suite } = version.descriptor
  const madeUp = { inputs: version.validated ? [zeros(plan.inputSpecs)] : [], isMadeUp: true }
  if (suite === undefined) return madeUp
  try {
    const lines = Buffer.from(await read(suite))
      .toString()
      .split('\n', 4 * casesMax)
      .filter((line) => line.trim() !== '')
    const found: Tensor[][] = []
    for (const line of lines.slice(0, casesMax)) {
      const { inputs } = parseJsonAs(suiteCase, line, 'DESCRIPTOR_INVALID', 'A case')
      const { runs } = await prepareCase(plan, inputs, read)
      found.push(...runs.map((run) => run.inputs))
    }
    return found.length > 0 ? { inputs: found, isMadeUp: false } : madeUp
  } catch {
    return madeUp // a suite is for judging; that it cannot be read here stops no model from serving
  }
}

function zeros(specs: readonly TensorSpec[]): Tensor[] {
  return specs.map(({ name, datatype, shape }) => {
    const sizes = shape.map((size) => (size === -1 ? 1 : size))
    return { name, datatype, shape: sizes, data: emptyData(datatype, elementCount(sizes)) }
  })
}
