/**
 * Where a consumer of the one graph would fail on the other (R4): what it sends must still be taken, what it reads
 * must still come. Taking more and giving more breaks nobody.
 */
import type { GraphSummary } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'

/** In words, one sentence a break; empty where every consumer of `before` is served by `next`. */
export function interfaceBreaks(before: GraphSummary, next: GraphSummary): string[] {
  return [...inputBreaks(before.inputs, next.inputs), ...outputBreaks(before.outputs, next.outputs)]
}

function inputBreaks(before: readonly TensorSpec[], next: readonly TensorSpec[]): string[] {
  const breaks = before
    .filter((was) => !next.some((is) => is.name === was.name))
    .map((was) => `The input "${was.name}" is gone.`)
  for (const is of next) {
    const was = before.find((input) => input.name === is.name)
    if (!was) breaks.push(`The input "${is.name}" is new, and consumers do not send it.`)
    else if (was.datatype !== is.datatype) breaks.push(datatypeBreak('input', was, is))
    else if (!covers(is, was)) breaks.push(shapeBreak('input', was, is))
  }
  return breaks
}

function outputBreaks(before: readonly TensorSpec[], next: readonly TensorSpec[]): string[] {
  const breaks: string[] = []
  for (const was of before) {
    const is = next.find((output) => output.name === was.name)
    if (!is) breaks.push(`The output "${was.name}" is gone.`)
    else if (was.datatype !== is.datatype) breaks.push(datatypeBreak('output', was, is))
    else if (!covers(was, is)) breaks.push(shapeBreak('output', was, is))
  }
  return breaks
}

/** True where every tensor of the shape `narrow` is one of the shape `wide`. */
function covers(wide: TensorSpec, narrow: TensorSpec): boolean {
  if (wide.unranked === true) return true
  if (narrow.unranked === true || wide.shape.length !== narrow.shape.length) return false
  return wide.shape.every((size, at) => size === -1 || size === narrow.shape[at])
}

const datatypeBreak = (kind: string, was: TensorSpec, is: TensorSpec): string =>
  `The ${kind} "${was.name}" was ${was.datatype} and is ${is.datatype}.`

const shapeBreak = (kind: string, was: TensorSpec, is: TensorSpec): string =>
  `The ${kind} "${was.name}" had the shape ${shapeText(was)} and has ${shapeText(is)}.`

const shapeText = ({ shape, unranked }: TensorSpec): string =>
  unranked === true ? '[any]' : `[${shape.join(', ')}]`
