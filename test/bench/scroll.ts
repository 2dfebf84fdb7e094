/**
 * Work of the page's main thread per frame while the Models table of 100 000 rows is scrolled by the wheel: the built
 * page in Chromium, on the built node. A trace tells the tasks; what runs from one frame to the next is that frame's.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright'
import { launchBrowser } from '../support/browser.ts'
import { startBuiltNode } from './built-node.ts'
import { type Part, percentile } from './figures.ts'
import { mainThreadFrames, traceCategories } from './main-thread-frames.ts'
import { seededFolder } from './seeded-folder.ts'

const models = 100_000
const workMsMax = 8

export const measureScroll: Part = async (say) => {
  const node = await startBuiltNode(await seededFolder({ models, versionsEach: 1 }, say))
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const claim = await page.request.post(`${node.url}/api/login/claim`, { data: { token: node.loginToken } })
    if (!claim.ok()) throw new Error(`the login link was refused: ${claim.status()}`)
    await page.goto(`${node.url}/#/models`)
    const grid = page.getByRole('grid')
    await grid.getByRole('link').first().waitFor()
    await grid.hover()
    await scrollDown(page, 60) // until the code that runs often is compiled
    await browser.startTracing(page, { categories: traceCategories })
    await scrollDown(page, 300)
    const work = mainThreadFrames(await browser.stopTracing())
    return [
      {
        name: `scrolling ${models} models, main-thread work per frame, p95`,
        value: percentile(work, 0.95),
        unit: 'ms',
        target: { atMost: workMsMax },
        note: `of ${work.length} frames; p50 ${percentile(work, 0.5).toFixed(1)} ms, most ${Math.max(...work).toFixed(1)} ms`,
      },
    ]
  } finally {
    await browser.close()
    await node.stop()
  }
}

/** A wheel that is turned briskly: a notch at each frame of a screen. */
async function scrollDown(page: Page, notches: number): Promise<void> {
  for (let notch = 0; notch < notches; notch++) {
    await page.mouse.wheel(0, 120)
    await pause(16)
  }
}
