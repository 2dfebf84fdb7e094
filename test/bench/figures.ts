/** What a benchmark gives: figures, some with a target, and how they are put into one table. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export interface Figure {
  name: string
  value: number
  unit: string
  target?: { atMost: number } | { atLeast: number }
  /** What a reader must know to judge the figure. */
  note?: string
}

/** One subject: measures, and gives its figures; `say` is for what takes long. */
export type Part = (say: (line: string) => void) => Promise<Figure[]>

/** Null for a figure without a target. */
export function isMet({ value, target }: Figure): boolean | null {
  if (target === undefined) return null
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

/** The value below which this share of them lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export const mebibyte = 2 ** 20

const rounded = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0))

export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => {
    const { name, value, unit, target, note } = figure
    const met = isMet(figure)
    return [
      name,
      `${rounded(value)} ${unit}`,
      target === undefined
        ? ''
        : 'atMost' in target
          ? `at most ${target.atMost}`
          : `at least ${target.atLeast}`,
      met === null ? '' : met ? 'met' : 'MISSED',
      note ?? '',
    ]
  })
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  for (const [name = '', value = '', ...rest] of rows) {
    const cells = [name.padEnd(widths[0] ?? 0), value.padStart(widths[1] ?? 0)]
    cells.push(...rest.map((cell, at) => cell.padEnd(widths[at + 2] ?? 0)))
    console.log(`  ${cells.join('   ').trimEnd()}`)
  }
}

/** The machine and how busy it is: a figure says little without. */
export function machine(): string {
  const [load = 0] = loadavg()
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  const model = cpus()[0]?.model.trim() || process.arch
  return `${availableParallelism()} × ${model}, ${gibibytes} GiB, Node.js ${process.versions.node}, load ${load.toFixed(1)}`
}
