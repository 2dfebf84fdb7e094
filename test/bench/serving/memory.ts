/** What 200 loads and unloads leave behind in the memory of the process, while another model stays. */
import { type Figure, mebibyte, percentile } from '../figures.ts'
import { benchEngine } from './bench-engine.ts'
import { perceptron, rowOf } from './models.ts'

const rounds = 200
/** The first ones fill caches that stay as large as they are. */
const warmUp = 600
/** Files that were read are given back when the engine's thread collects its garbage: one round says little. */
const window = 80
/** So near to what stays when all garbage is gone. */
const floor = 0.1

export async function measureMemory(say: (line: string) => void): Promise<Figure[]> {
  const { engine, source } = benchEngine(1)
  const cpu = { executionProvider: 'cpu' } as const
  await engine.load('stays', source('stays', perceptron([64, 128, 10])), cpu)
  const cycled = source('cycled', perceptron([256, 1024, 1024, 10]))
  const sizes: number[] = []
  for (let round = 0; round < warmUp + rounds; round++) {
    if (round % 200 === 0) say(`  ${round} of ${warmUp + rounds} loads`)
    await engine.load('cycled', cycled, cpu)
    await engine.run('cycled', rowOf(256), null)
    await engine.run('stays', rowOf(64), null)
    await engine.unload('cycled')
    sizes.push(process.memoryUsage.rss() / mebibyte)
  }
  await engine.close()
  const before = percentile(sizes.slice(warmUp - window, warmUp), floor)
  const after = percentile(sizes.slice(-window), floor)
  return [
    {
      name: `growth over ${rounds} loads and unloads of a model of 5 MiB`,
      value: (after / before - 1) * 100,
      unit: '%',
      target: { atMost: 5 },
      note: `${before.toFixed(0)} MiB, then ${after.toFixed(0)} MiB`,
    },
  ]
}
