/** Models that a queue is tried with, as plain functions, and requests for them. */
import { OutpostError } from '../../src-main/base/errors.ts'
import type { Tensor } from '../../src-main/base/tensors.ts'

export const input = (rows: number[][]): Tensor[] => [
  {
    name: 'x',
    datatype: 'FP32',
    shape: [rows.length, rows[0]?.length ?? 1],
    data: Float32Array.from(rows.flat()),
  },
]

export const one = (number: number, width = 1) => ({
  inputs: input([[number, ...Array<number>(width - 1).fill(0)]]),
  outputs: null,
})

/** Answers when it is told to; each run is written down by the first number of its rows. */
export function heldModel() {
  const runs: number[][] = []
  const open: Array<() => void> = []
  const run = async (inputs: Tensor[]) => {
    const [x] = inputs as [Tensor]
    const width = x.shape[1] ?? 1
    runs.push(
      Array.from({ length: x.shape[0] ?? 0 }, (_, row) => (x.data as Float32Array)[row * width] ?? -1),
    )
    const outputs = [{ ...x, name: 'y', data: (x.data as Float32Array).slice() }]
    await new Promise<void>((resolve) => void open.push(resolve))
    return { outputs, computeMs: 1 }
  }
  const answer = async () => {
    open.shift()?.()
    await new Promise(setImmediate)
  }
  return { run, runs, answer }
}

/** Doubles every row after some turns of the event loop; a row with -1 makes the whole run fail, as a model would. */
export function doubler(turns: () => number) {
  const runs: number[] = []
  const run = async (inputs: Tensor[]) => {
    for (let turn = turns(); turn > 0; turn--) await new Promise(setImmediate)
    const [x] = inputs as [Tensor]
    runs.push(x.shape[0] ?? 0)
    const data = x.data as Float32Array
    if (data.includes(-1)) throw new OutpostError('ENGINE_FAILED', 'bad row')
    return { outputs: [{ ...x, name: 'y', data: data.map((value) => value * 2) }], computeMs: 1 }
  }
  return { run, runs }
}
