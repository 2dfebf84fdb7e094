/** Prometheus' text format, version 0.0.4 (prometheus.io, "Exposition formats"). */
import type { Histogram } from './histogram.ts'

export type Labels = Record<string, string>

export interface Family {
  name: string
  type: 'counter' | 'gauge'
  help: string
  samples: { labels: Labels; value: number }[]
}

export interface HistogramFamily {
  name: string
  type: 'histogram'
  help: string
  samples: { labels: Labels; histogram: Histogram }[]
}

/** Backslash, quote and line end are escaped in a label's value. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

export function prometheusText(families: readonly (Family | HistogramFamily)[]): string {
  const lines = families.flatMap((family) => [
    `# HELP ${family.name} ${family.help}`,
    `# TYPE ${family.name} ${family.type}`,
    ...(family.type === 'histogram'
      ? family.samples.flatMap(({ labels, histogram }) => histogramLines(family.name, labels, histogram))
      : family.samples.map(({ labels, value }) => `${family.name}${labelText(labels)} ${value}`)),
  ])
  return `${lines.join('\n')}\n`
}

function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: Histogram): string[] {
  let total = 0
  const buckets = [...counts].map((count, at) => {
    total += count
    const le = at < bounds.length ? String(bounds[at]) : '+Inf'
    return `${name}_bucket${labelText({ ...labels, le })} ${total}`
  })
  return [
    ...buckets,
    `${name}_sum${labelText(labels)} ${sum()}`,
    `${name}_count${labelText(labels)} ${total}`,
  ]
}
