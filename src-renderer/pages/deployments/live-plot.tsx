/** One chart of uPlot: a line a version, in the colours and dashes of the look, which follow the theme. */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChangeMark } from './change-marks.ts'
import type { Sample, VersionHistory } from './figures-history.ts'

interface Props {
  label: string
  history: readonly VersionHistory[]
  figure: Exclude<keyof Sample, 'at'>
  marks: readonly ChangeMark[]
}

const height = 150
const leastSeconds = 10
/** The top of the axis at least, so that nothing is drawn as nothing. */
const leastTop: Record<Props['figure'], number> = {
  rate: 1,
  errors: 1,
  queue: 2,
  batch: 2,
  p50: 0.01,
  p95: 0.01,
  p99: 0.01,
}
const dashes = [[], [6, 4], [2, 3], [10, 3, 2, 3]]
const names = ['--series-a', '--series-b', '--series-c', '--series-d']
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export function LivePlot({ label, history, figure, marks }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  const marked = useRef(marks)
  marked.current = marks
  const versions = history.map(({ version }) => version).join('\n')
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    const made = new UPlot(
      optionsOf(element.clientWidth, versions.split('\n'), leastTop[figure], () => marked.current),
      [[]],
      element,
    )
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [versions, figure])
  useEffect(() => plot.current?.setData(dataOf(history, figure)), [history, figure])

  return <div ref={place} role="img" aria-label={`${label}; its figures stand in the table below`} />
}

/** All versions on the times of all; a version has no value where it was not yet seen. */
function dataOf(history: readonly VersionHistory[], figure: Props['figure']): UPlot.AlignedData {
  const times = [...new Set(history.flatMap(({ samples }) => samples.map(({ at }) => at)))].sort(
    (a, b) => a - b,
  )
  // Of one time alone uPlot makes a whole day.
  if (times[0] !== undefined && times.length === 1) times.unshift(times[0] - leastSeconds)
  const lines = history.map(({ samples }) => {
    const values = new Map(samples.map((sample) => [sample.at, sample[figure]]))
    return times.map((at) => values.get(at) ?? null)
  })
  return [times, ...lines]
}

function optionsOf(
  width: number,
  versions: readonly string[],
  least: number,
  marks: () => readonly ChangeMark[],
): UPlot.Options {
  const axis: UPlot.Axis = {
    stroke: () => token('--muted'),
    grid: { stroke: () => token('--border'), width: 1 },
    ticks: { show: false },
    font: '11px Inter Variable, sans-serif',
  }
  return {
    width,
    height,
    legend: { show: false },
    hooks: { draw: [(plot) => drawMarks(plot, marks())] },
    cursor: { show: true, drag: { x: false, y: false }, sync: { key: 'deployment' } },
    scales: {
      // A first sample alone would stand in the middle of a day.
      x: { range: (_, least, most) => timesShown(least, most) },
      y: { range: (_, __, most) => [0, Math.max(least, (most ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, values: (_, times) => times.map(clock) },
      { ...axis, size: 46, space: 36 },
    ],
    series: [
      {},
      ...versions.map((version, at) => ({
        label: version,
        stroke: () => token(names[at % names.length] ?? '--series-a'),
        width: 1.5,
        dash: dashes[at % dashes.length] ?? [],
        points: { show: false },
      })),
    ],
  }
}

/** Without a sample there is neither. */
function timesShown(least: number | null, most: number | null): [number, number] {
  const end = most ?? Date.now() / 1000
  return [Math.min(least ?? end, end - leastSeconds), end]
}

/** A line from top to bottom where the endpoint changed; what it was stands in the legend. */
function drawMarks({ ctx, bbox, valToPos, scales }: UPlot, marks: readonly ChangeMark[]): void {
  const { min = null, max = null } = scales.x ?? {}
  if (min === null || max === null) return
  ctx.save()
  ctx.strokeStyle = token('--muted')
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
  for (const { at } of marks) {
    if (at < min || at > max) continue
    const x = valToPos(at, 'x', true)
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

const clock = (seconds: number): string => new Date(seconds * 1000).toTimeString().slice(0, 8)
