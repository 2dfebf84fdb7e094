/**
 * A pad to draw with a mouse, a pen or a finger: dark ink on light paper in both themes, since that is what the
 * model's preparation expects. Strokes are kept as points, so that the last one can be taken back.
 */
import { Button, Slider } from '@mantine/core'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import css from './draw-pad.module.css'
import type { Picture } from './values.ts'

const side = 280
type Point = { x: number; y: number }
type Stroke = { width: number; points: Point[] }

export function DrawPad({ title, onChange }: { title: string; onChange: (picture: Picture | null) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawing = useRef<Stroke | null>(null)
  const [strokes, setStrokes] = useState<Stroke[]>([])
  const [width, setWidth] = useState(22)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context) paint(context, strokes)
  }, [strokes])

  const finish = (next: Stroke[]) => {
    setStrokes(next)
    const context = canvas.current?.getContext('2d')
    if (!context || !canvas.current) return
    paint(context, next)
    const [, base64 = ''] = canvas.current.toDataURL('image/png').split(',')
    onChange(
      next.length === 0 ? null : { base64, mediaType: 'image/png', name: 'drawing.png', origin: 'drawn' },
    )
  }

  const point = (event: PointerEvent<HTMLCanvasElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect()
    return {
      x: ((event.clientX - box.left) * side) / box.width,
      y: ((event.clientY - box.top) * side) / box.height,
    }
  }
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drawing.current = { width, points: [point(event)] }
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (drawing.current === null) return
    drawing.current.points.push(point(event))
    const context = event.currentTarget.getContext('2d')
    if (context) paint(context, [...strokes, drawing.current])
  }
  const end = () => {
    if (drawing.current === null) return
    const done = drawing.current
    drawing.current = null
    finish([...strokes, done])
  }

  return (
    <div className={css.pad}>
      <canvas
        ref={canvas}
        width={side}
        height={side}
        className={css.paper}
        role="img"
        aria-label={`Pad to draw ${title}. ${strokes.length} strokes. Without a pointer, upload a picture or use an example.`}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div className={css.tools}>
        <Button size="xs" disabled={strokes.length === 0} onClick={() => finish(strokes.slice(0, -1))}>
          Undo stroke
        </Button>
        <Button size="xs" disabled={strokes.length === 0} onClick={() => finish([])}>
          Clear
        </Button>
        <div className={css.width}>
          <span>Pen {width}</span>
          <Slider
            min={6}
            max={48}
            step={2}
            value={width}
            onChange={setWidth}
            label={null}
            thumbLabel="Pen width"
            size="sm"
          />
        </div>
      </div>
    </div>
  )
}

function paint(context: CanvasRenderingContext2D, strokes: Stroke[]) {
  context.fillStyle = '#fff'
  context.fillRect(0, 0, side, side)
  context.strokeStyle = '#111'
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const stroke of strokes) {
    context.lineWidth = stroke.width
    context.beginPath()
    const [first, ...rest] = stroke.points
    if (first === undefined) continue
    context.moveTo(first.x, first.y)
    // A tap leaves a dot: a line of no length with round ends.
    for (const next of rest.length === 0 ? [first] : rest) context.lineTo(next.x, next.y)
    context.stroke()
  }
}
