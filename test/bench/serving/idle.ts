/** What a serving process with five loaded models takes of a processor while nobody asks. */
import { readFileSync } from 'node:fs'
import { createServingNode } from '../../support/serving-node.ts'
import type { Figure } from '../figures.ts'
import { perceptron } from './models.ts'

const models = 5
const seconds = 10
/** Of a second, in which Linux counts the time of a process (man 5 proc). */
const ticks = 100

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticks
}

export async function measureIdle(say: (line: string) => void): Promise<Figure[]> {
  if (process.platform !== 'linux') return []
  const node = await createServingNode()
  try {
    for (let at = 0; at < models; at++) {
      await node.serve(`bench.model-${at}`, perceptron([64, 128, 10]), { validated: true })
    }
    const serving = await node.start()
    say(`  ${seconds} s of rest`)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const { pid } = serving
    if (pid === undefined) return []
    const before = processorSeconds(pid)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const share = ((processorSeconds(pid) - before) / seconds) * 100
    return [
      {
        name: `processor at rest with ${models} loaded models`,
        value: share,
        unit: '% of a core',
        target: { atMost: 0.5 },
      },
    ]
  } finally {
    await node.remove()
  }
}
