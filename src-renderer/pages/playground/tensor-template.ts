/** An example of a raw tensor: zeros with every variable dimension at one, whole where a person can still read it. */
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'

const elementsMax = 100
/** Of one that is too large to be shown. */
const shownMax = 8

/** What is not whole is no JSON, so that nobody sends it as it stands. */
export function tensorTemplate({ datatype, shape: sizes }: TensorSpec): { text: string; isWhole: boolean } {
  const shape = sizes.map((size) => (size < 0 ? 1 : size))
  const count = shape.reduce((product, size) => product * size, 1)
  const one = datatype === 'BYTES' ? 'text' : datatype === 'BOOL' ? false : 0
  const isWhole = count <= elementsMax
  const data = JSON.stringify(Array.from({ length: isWhole ? count : shownMax }, () => one))
  const values = isWhole ? data : `${data.slice(0, -1)},… ${count} in all]`
  return { text: `{"shape":${JSON.stringify(shape)},"data":${values}}`, isWhole }
}
