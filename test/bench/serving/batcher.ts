/** The queue in process against none, through the same engine thread: calls a second at so many callers. */
import { createBatcher } from '../../../src-main/serving/hosting/batcher.ts'
import { type Figure, median, percentile } from '../figures.ts'
import { benchEngine } from './bench-engine.ts'
import { perceptron, rowOf } from './models.ts'

const models = { 'MLP 64-128-10': [64, 128, 10], 'MLP 256-1024-1024-10': [256, 1024, 1024, 10] }
const windowMs = 700
const windows = 5

/** So many callers, each with one call under way; both ways take turns, so that a busy moment strikes both. */
async function rates(callers: number, ways: Array<() => Promise<unknown>>) {
  const calls = ways.map(() => [] as number[])
  const latencies = ways.map(() => [] as number[])
  for (let window = -1; window < windows; window++) {
    for (const [at, call] of ways.entries()) {
      let done = 0
      const own: number[] = []
      const started = performance.now()
      const until = started + windowMs
      await Promise.all(
        Array.from({ length: callers }, async () => {
          for (let now = performance.now(); now < until; ) {
            await call()
            const after = performance.now()
            own.push(after - now)
            now = after
            done += 1
          }
        }),
      )
      if (window === -1) continue // warms up
      calls[at]?.push((done / (performance.now() - started)) * 1000)
      latencies[at]?.push(...own.slice(0, 20_000))
    }
  }
  return ways.map((_, at) => ({ rate: median(calls[at] ?? []), p99: percentile(latencies[at] ?? [], 0.99) }))
}

const targets: Record<number, number> = { 1: 0.9, 16: 4, 64: 8 }

export async function measureBatcher(say: (line: string) => void): Promise<Figure[]> {
  const { engine, source } = benchEngine(1)
  const figures: Figure[] = []
  for (const [name, layers] of Object.entries(models)) {
    const bytes = perceptron(layers)
    await engine.load(name, source(name, bytes), { executionProvider: 'cpu' })
    const width = layers[0] ?? 0
    // As at a deployment; both ways use the number of threads that was found.
    const tuning = await engine.tune(name, rowOf(width), 2000)
    const threads = `${tuning?.intraOpThreads ?? 1} operator threads`
    const batcher = createBatcher({
      mergeable: true,
      run: (inputs, outputs) => engine.run(name, inputs, outputs),
    })
    for (const [callers, atLeast] of Object.entries(targets)) {
      say(`  ${name}, ${callers} callers`)
      const [direct, queued] = await rates(Number(callers), [
        () => engine.run(name, rowOf(width), null),
        () => batcher.submit({ inputs: rowOf(width), outputs: null }),
      ])
      if (!direct || !queued) continue
      figures.push({
        name: `${name}, ${callers} callers: rate with the queue over without`,
        value: queued.rate / direct.rate,
        unit: '×',
        target: { atLeast },
        note: `${threads}; ${Math.round(queued.rate)}/s, p99 ${queued.p99.toFixed(2)} ms; without ${Math.round(direct.rate)}/s, ${direct.p99.toFixed(2)} ms`,
      })
    }
  }
  await engine.close()
  return figures
}
