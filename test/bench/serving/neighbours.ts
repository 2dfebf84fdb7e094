/** What a model feels of its neighbours: one that takes half a second a run, and one of 170 MB that is being loaded. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { createBatcher } from '../../../src-main/serving/hosting/batcher.ts'
import { slowModel } from '../../support/served-models.ts'
import { type Figure, percentile } from '../figures.ts'
import { benchEngine } from './bench-engine.ts'
import { perceptron, rowOf } from './models.ts'

const callers = 4
const pauseMs = 5
const phaseMs = 4000
const cpu = { executionProvider: 'cpu' } as const

/** Milliseconds of each call, and the event loop's delay beside. */
async function phase(call: () => Promise<unknown>): Promise<{ p99: number; loopP99: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const took: number[] = []
  const until = performance.now() + phaseMs
  const caller = async () => {
    while (performance.now() < until) {
      const started = performance.now()
      await call()
      took.push(performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  delay.disable()
  return { p99: percentile(took, 0.99), loopP99: delay.percentile(99) / 1e6 }
}

export async function measureNeighbours(say: (line: string) => void): Promise<Figure[]> {
  const { engine, source } = benchEngine(1)
  await engine.load('small', source('small', perceptron([64, 128, 10])), cpu)
  await engine.load('slow', source('slow', slowModel(60, 1024)), { ...cpu, intraOpThreads: 1 })
  const large = source('large', perceptron([4096, 10_240, 128]))
  const batcher = createBatcher({
    mergeable: true,
    run: (inputs, outputs) => engine.run('small', inputs, outputs),
  })
  const call = () => batcher.submit({ inputs: rowOf(64), outputs: null })
  say('  alone')
  await phase(call)
  const alone = await phase(call)
  say('  beside a slow model that runs and a large one that is loaded')
  const one = (): Tensor[] => [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: new Float32Array(1) }]
  let going = true
  const runs = (async () => {
    while (going) await engine.run('slow', one(), null)
  })()
  const loads = (async () => {
    for (let round = 0; going; round++) {
      await engine.load(`large-${round}`, large, cpu)
      await engine.unload(`large-${round}`)
    }
  })()
  const beside = await phase(call)
  going = false
  await Promise.all([runs, loads])
  await engine.close()
  return [
    {
      name: 'p99 of a small model beside a slow one that runs and a large one that loads, over alone',
      value: beside.p99 / alone.p99,
      unit: '×',
      target: { atMost: 2 },
      note: `${alone.p99.toFixed(2)} ms alone, ${beside.p99.toFixed(2)} ms beside them`,
    },
    {
      name: 'delay of the event loop then, p99',
      value: beside.loopP99,
      unit: 'ms',
      target: { atMost: 10 },
    },
  ]
}
