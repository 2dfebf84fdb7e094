/** How a person writes digits on the pad: strokes of points, in shares of the pad's side. */
import type { Locator, Page } from '@playwright/test'

type Point = readonly [x: number, y: number]

const ring = (steps: number): Point[] =>
  Array.from({ length: steps + 1 }, (_, step) => {
    const angle = (step / steps) * 2 * Math.PI
    return [0.5 + 0.2 * Math.sin(angle), 0.5 - 0.32 * Math.cos(angle)]
  })

export const strokesOf: Record<'0' | '1' | '4' | '7', Point[][]> = {
  '0': [ring(24)],
  '1': [
    [
      [0.4, 0.28],
      [0.53, 0.16],
      [0.53, 0.84],
    ],
  ],
  '4': [
    [
      [0.6, 0.16],
      [0.28, 0.6],
      [0.76, 0.6],
    ],
    [
      [0.6, 0.36],
      [0.6, 0.86],
    ],
  ],
  '7': [
    [
      [0.28, 0.2],
      [0.72, 0.2],
      [0.44, 0.84],
    ],
  ],
}

/** Draws with the mouse, a stroke a press. */
export async function draw(page: Page, pad: Locator, strokes: readonly Point[][]): Promise<void> {
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  if (!box) throw new Error('the pad is not on the screen')
  const at = ([x, y]: Point) => [box.x + x * box.width, box.y + y * box.height] as const
  for (const [first, ...rest] of strokes) {
    if (!first) continue
    await page.mouse.move(...at(first))
    await page.mouse.down()
    for (const point of rest) await page.mouse.move(...at(point), { steps: 4 })
    await page.mouse.up()
  }
}
