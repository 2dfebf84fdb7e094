/** Reading and guessing the settings of inputs and outputs while they are edited: any of them may be missing yet. */
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import type { TensorForm } from './descriptor.ts'

export const numberOf = (form: Record<string, unknown>, name: string): number | '' => {
  const value = form[name]
  return typeof value === 'number' ? value : ''
}
export const textOf = (form: Record<string, unknown>, name: string): string => {
  const value = form[name]
  return typeof value === 'string' ? value : ''
}
export const flagOf = (form: Record<string, unknown>, name: string): boolean => form[name] === true

export const listOf = (form: Record<string, unknown>, name: string): Record<string, unknown>[] => {
  const value = form[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}

/** One form for each tensor of the graph, in the graph's order; what is not described yet passes as it is. */
export const formsFor = (tensors: readonly TensorSpec[], described: readonly TensorForm[]): TensorForm[] =>
  tensors.map(
    ({ name }) => described.find(({ tensor }) => tensor === name) ?? { tensor: name, kind: 'tensor' },
  )

/** Settings to begin with when the kind of an input is chosen, guessed from its shape. */
export function beginInput(kind: string, spec: TensorSpec, form: TensorForm): TensorForm {
  const { title, description } = form
  const base: TensorForm = {
    tensor: spec.name,
    kind,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  }
  if (kind === 'image') return { ...base, ...imageOf(spec) }
  if (kind === 'fields') {
    const count = Math.min(Math.max(1, spec.shape.at(-1) ?? 1), 256)
    return { ...base, fields: Array.from({ length: count }, (_, at) => ({ name: `field-${at + 1}` })) }
  }
  return base
}

/** What gives a vector a token has three dimensions, and nearly all such models are made for the mean. */
export const beginOutput = (kind: string, { name, shape }: TensorSpec): TensorForm =>
  kind === 'embedding'
    ? { tensor: name, kind, pooling: shape.length > 2 ? 'mean' : 'none', normalize: true }
    : { tensor: name, kind }

/** Channels first where the second dimension is 1 or 3, last where the last is, else a flat row of a square picture. */
function imageOf({ shape }: TensorSpec): Record<string, unknown> {
  const [, first = 0, second = 0, third = 0] = shape
  const channels = (count: number) => (count === 1 ? 'L' : 'RGB')
  if (shape.length === 4 && (first === 1 || first === 3)) {
    return {
      layout: 'CHW',
      channels: channels(first),
      width: sideOf(third),
      height: sideOf(second),
      scale: 1 / 255,
    }
  }
  if (shape.length === 4) {
    return {
      layout: 'HWC',
      channels: channels(third),
      width: sideOf(second),
      height: sideOf(first),
      scale: 1 / 255,
    }
  }
  const side = Math.round(Math.sqrt(Math.max(1, shape.at(-1) ?? 1)))
  return { layout: 'flat', channels: 'L', width: side, height: side, scale: 1 / 255 }
}

const sideOf = (size: number): number => (size > 0 ? size : 224)
