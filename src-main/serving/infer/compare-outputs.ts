/** How far apart the outputs of two versions are on the same input. */
import type { Tensor } from '../../base/tensors.ts'

export interface Divergence {
  /** Beyond the tolerance, or not even of the same names, types and shapes. */
  diverged: boolean
  /** The largest difference of two numbers; null where there is none to tell. */
  distanceMax: number | null
}

/** Elements that are looked at: a larger output is told by its beginning. */
const elementsMax = 100_000

/**
 * Of several runs one behind the other: the second output of a name is compared with the second of that name.
 * `tolerance` is absolute below 1 and relative above, as |a - b| ≤ t · max(1, |a|, |b|).
 */
export function compareOutputs(
  expected: readonly Tensor[],
  found: readonly Tensor[],
  tolerance: number,
): Divergence {
  let diverged = expected.length !== found.length
  let distanceMax: number | null = null
  const left = [...found]
  for (const one of expected) {
    const place = left.findIndex(({ name }) => name === one.name)
    const other = place === -1 ? undefined : left.splice(place, 1)[0]
    if (!other || !isSameKind(one, other)) {
      diverged = true
      continue
    }
    const length = Math.min(one.data.length, elementsMax)
    for (let at = 0; at < length; at++) {
      const distance = distanceOf(one.data[at], other.data[at])
      if (distance === null) {
        diverged = true
        continue
      }
      distanceMax = Math.max(distanceMax ?? 0, distance)
      if (
        distance >
        tolerance * Math.max(1, Math.abs(Number(one.data[at])), Math.abs(Number(other.data[at])))
      )
        diverged = true
    }
  }
  return { diverged, distanceMax }
}

const isSameKind = (a: Tensor, b: Tensor): boolean =>
  a.datatype === b.datatype &&
  a.shape.length === b.shape.length &&
  a.shape.every((size, at) => size === b.shape[at])

type Element = number | bigint | string | undefined

/** Null for what differs without a distance: texts, or a number and none. */
function distanceOf(a: Element, b: Element): number | null {
  if (a === b) return 0
  if (typeof a === 'string' || typeof b === 'string') return null
  const [x, y] = [Number(a), Number(b)]
  if (Number.isNaN(x) && Number.isNaN(y)) return 0
  const distance = Math.abs(x - y)
  return Number.isFinite(distance) ? distance : null
}
