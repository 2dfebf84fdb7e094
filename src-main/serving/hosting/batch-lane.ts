/** A lane of a model's queue: requests that can share a run, since their tensors differ in the first dimension alone. */
import type { Tensor } from '../../base/tensors.ts'

export interface Queued {
  inputs: Tensor[]
  outputs: string[] | null
  /** 0 where it cannot share a run. */
  rows: number
  /** Set when it left the queue. */
  gone: boolean
}

/** First in, first out; those that have gone are forgotten now and then, so that every step is short. */
export interface Fifo<Item> {
  items: Array<Item | undefined>
  head: number
}

export const fifo = <Item>(): Fifo<Item> => ({ items: [], head: 0 })

const goneMax = 256

export function takeFrom<Item>(line: Fifo<Item>, count: number): Item[] {
  const { items, head } = line
  if (items.length - head === count) {
    line.items = []
    line.head = 0
    return (head === 0 ? items : items.slice(head)) as Item[]
  }
  const taken = items.slice(head, head + count) as Item[]
  items.fill(undefined, head, head + count)
  line.head += count
  if (line.head > goneMax && line.head * 2 > items.length) {
    line.items = items.slice(line.head)
    line.head = 0
  }
  return taken
}

export interface Lane<Item extends Queued> {
  /** Its requests without their data; null for what runs alone. */
  like: (Pick<Queued, 'outputs'> & { inputs: Omit<Tensor, 'data'>[] }) | null
  waiting: Fifo<Item>
}

export function laneLike<Item extends Queued>(item: Item): Lane<Item> {
  const inputs = item.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }))
  return { like: item.rows === 0 ? null : { inputs, outputs: item.outputs }, waiting: fifo() }
}

export const laneLength = <Item extends Queued>({ waiting }: Lane<Item>): number =>
  waiting.items.length - waiting.head

/** A number that requests of one lane share, and few others. */
export function laneNumber({ inputs, outputs, rows }: Queued): number {
  if (rows === 0) return -1
  let number = outputs === null ? 7 : outputs.length
  for (const { shape } of inputs)
    for (let axis = 1; axis < shape.length; axis++) number = (number * 31 + (shape[axis] as number)) | 0
  return Math.abs(number)
}

export function fitsLane<Item extends Queued>({ like }: Lane<Item>, item: Item): boolean {
  if (like === null || item.rows === 0) return like === null && item.rows === 0
  return sameInputs(like.inputs, item.inputs) && sameNames(like.outputs, item.outputs)
}

function sameInputs(left: readonly Omit<Tensor, 'data'>[], right: readonly Tensor[]): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) {
    const a = left[at] as Tensor
    const b = right[at] as Tensor
    if (a.name !== b.name || a.datatype !== b.datatype || a.shape.length !== b.shape.length) return false
    for (let axis = 1; axis < a.shape.length; axis++) if (a.shape[axis] !== b.shape[axis]) return false
  }
  return true
}

function sameNames(left: readonly string[] | null, right: readonly string[] | null): boolean {
  if (left === null || right === null) return left === right
  return left.length === right.length && left.every((name, at) => name === right[at])
}
